import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { blackHole, pass, reset, swallowBody } from '../../../demo/network/fault.js';
import { withDice } from '../../faults/dice.js';
import { waitUntil } from '../../support/wait-until.js';
import type { Scenarios } from '../scenarios.js';
import type { TestClient } from '../test-client.js';
import type { World } from '../world.js';

/** `close` is final at any moment, and leaves nothing behind. */
export const close: Scenarios = ({ transports }, world) => {
  it.each(transports)('%s: closes while it connects, and before the hello', async (transport) => {
    // A browser keeps a socket whose close frame gets no answer: then it is up to the gateway to notice.
    const everything = await world({ gateway: { heartbeatMs: 1_000 } });
    for (const fault of [blackHole, swallowBody, reset, pass]) {
      everything.proxy.rule = () => fault;
      const asked = everything.proxy.requests.length;
      const client = await everything.client({ transports: [transport] });
      await client.driver.subscribe('news', 'news', 'now');
      await waitUntil('its request', () => everything.proxy.requests.length > asked);
      await expectFinal(everything, client);
    }
  });

  it.each(transports)('%s: closes in the middle of a delivery', async (transport) => {
    await withDice(async (dice) => {
      const everything = await world();
      for (let round = 0; round < 6; round++) {
        const client = await everything.client({ transports: [transport] });
        await client.subscribe('news');
        const publishing = everything.publish('news', ...Array.from({ length: 300 }, (_, number) => number));
        await client.untilMessages(dice.between(0, 1));
        await Promise.all([expectFinal(everything, client), publishing]);
        const taken = client.data();
        expect(taken).toEqual(taken.map((_, number) => number));
      }
    })();
  });

  it.each(transports)('%s: closes at any moment of its life', async (transport) => {
    await withDice(async (dice) => {
      const everything = await world();
      for (let round = 0; round < 10; round++) {
        const client = await everything.client({ transports: [transport] });
        await client.driver.subscribe('news', 'news', dice.next() < 0.5 ? 'now' : 'earliest');
        const publishing = client.driver.publish('news', round, {});
        await sleep(dice.between(0, 30));
        if (dice.next() < 0.3) await client.driver.subscribe('more', 'more', 'now');
        await expectFinal(everything, client);
        const outcome = await publishing;
        if ('code' in outcome) expect(outcome.code).toBe('CLOSED');
      }
    })();
  });

  it('closes in the middle of a switch', async () => {
    await withDice(async (dice) => {
      const everything = await world();
      for (let round = 0; round < 6; round++) {
        const client = await everything.client();
        await client.subscribe('news');
        const publishing = everything.publish('news', ...Array.from({ length: 20 }, (_, number) => number));
        everything.proxy.block(new Set(transports.slice(0, 1)), round % 2 === 0 ? reset : swallowBody);
        await sleep(dice.between(0, 60));
        await Promise.all([expectFinal(everything, client), publishing]);
        everything.proxy.unblock();
      }
    })();
  });
};

/** Closes twice at once, and checks that this is the end of it on both sides. */
async function expectFinal(world: World, client: TestClient): Promise<void> {
  await Promise.all([client.close(), client.close()]);
  await client.close();
  await client.sync();
  const heard = client.heard.length;
  expect(await client.driver.state()).toBe('closed');
  expect(await client.driver.transport()).toBeNull();
  expect(await client.driver.subscribe('late', 'late', 'now')).toMatchObject({ code: 'CLOSED' });
  expect(await client.driver.publish('news', 'late', {})).toMatchObject({ code: 'CLOSED' });
  await waitUntil('the gateway to have no connection', async () => (await world.connections()) === 0, {
    timeoutMs: 15_000,
  });
  await world.publish('news', 'after the end');
  await sleep(20);
  await client.sync();
  expect(client.heard).toHaveLength(heard);
}
