import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { withDice } from '../../faults/dice.js';
import type { Scenarios } from '../scenarios.js';

/** A good network: what is published arrives, in order and once. */
export const order: Scenarios = ({ transports }, world) => {
  it.each(transports)('%s: brings every message once and in order while publishing goes on', async (transport) => {
    const { client, publish } = await world();
    const reader = await client({ transports: [transport] });
    await reader.subscribe('news');
    for (let number = 0; number < 500; number++) {
      await publish('news', number);
      // Some are published within one turn of the event loop, and some are not.
      if (number % 7 === 0) await turn();
    }
    await reader.untilMessages(500);
    expect(reader.data()).toEqual(Array.from({ length: 500 }, (_, number) => number));
    expect(reader.carriers).toEqual([transport]);
    expect([...reader.gaps, ...reader.errors]).toEqual([]);
  });

  it.each(transports)('%s: starts each channel at its own position', async (transport) => {
    const { client, publish } = await world();
    const [, second = ''] = await publish('after', 'after 1', 'after 2', 'after 3');
    await publish('earliest', 'earliest 1', 'earliest 2');
    await publish('now', 'too early');
    const reader = await client({ transports: [transport] });
    await reader.driver.subscribe('after', 'after', second);
    await reader.driver.subscribe('earliest', 'earliest', 'earliest');
    await reader.subscribe('now');
    await publish('now', 'now 1');
    await publish('after', 'after 4');
    await reader.untilMessages(5);
    await publish('earliest', 'earliest 3');
    await reader.untilMessages(6);
    expect(reader.data('after')).toEqual(['after 3', 'after 4']);
    expect(reader.data('earliest')).toEqual(['earliest 1', 'earliest 2', 'earliest 3']);
    expect(reader.data('now')).toEqual(['now 1']);
    expect(reader.gaps).toEqual([]);
  });

  it.each(transports)(
    '%s: takes channels in and lets them go while messages flow',
    withDiceFor(async (transport, dice) => {
      const { client, publish } = await world();
      const reader = await client({ transports: [transport] });
      await reader.subscribe('steady');
      let published = 0;
      for (let round = 0; round < 8; round++) {
        const name = `round ${round}`;
        const [start] = await publish('other', `before ${round}`);
        await reader.subscribe('other', start, name);
        const mine = Array.from({ length: dice.between(1, 5) }, (_, index) => `${name}, message ${index}`);
        for (const data of mine) {
          await publish('steady', published++);
          await publish('other', data);
        }
        await reader.untilMessages(mine.length, name);
        await reader.driver.unsubscribe(name);
        expect(reader.data(name)).toEqual(mine);
      }
      await reader.untilMessages(published, 'steady');
      expect(reader.data('steady')).toEqual(Array.from({ length: published }, (_, number) => number));
      expect(reader.gaps).toEqual([]);
    }),
  );

  it.each(transports)('%s: gives a second subscription of a channel its own start', async (transport) => {
    const { client, publish } = await world();
    await publish('news', 1, 2);
    const reader = await client({ transports: [transport] });
    await reader.subscribe('news', undefined, 'live');
    await publish('news', 3);
    await reader.untilMessages(1, 'live');
    await reader.subscribe('news', 'earliest', 'replay');
    await publish('news', 4);
    await reader.untilMessages(4, 'replay');
    await reader.untilMessages(2, 'live');
    expect(reader.data('replay')).toEqual([1, 2, 3, 4]);
    expect(reader.data('live')).toEqual([3, 4]);
  });
};

function withDiceFor(body: (transport: string, dice: Parameters<Parameters<typeof withDice>[0]>[0]) => Promise<void>) {
  return (transport: string) => withDice((dice) => body(transport, dice))();
}
