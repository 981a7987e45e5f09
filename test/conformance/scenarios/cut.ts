import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { cutAfter, pass, refuse } from '../../../demo/network/fault.js';
import { withDice } from '../../faults/dice.js';
import { expectOnceInOrderOrTold } from '../invariant.js';
import type { Scenarios } from '../scenarios.js';

/** A network that breaks in the middle of anything. */
export const cut: Scenarios = ({ transports }, world) => {
  it.each(transports)('%s: loses and repeats nothing when it is cut in the middle of messages', async (transport) => {
    await withDice(async (dice) => {
      const { client, publish, proxy } = await world();
      const reader = await client({ transports: [transport] });
      await reader.subscribe('news');
      // Anywhere: in the head, in the hello, in the middle of a message or of a character.
      proxy.rule = () => cutAfter(dice.between(1, 4_000));
      proxy.cut();
      const ids: string[] = [];
      for (let number = 0; number < 200; number++) {
        ids.push(...(await publish('news', `${number}: 😀${'.'.repeat(dice.between(0, 200))}`)));
        await sleep(dice.between(0, 8));
      }
      proxy.unblock();
      proxy.cut();
      await reader.untilMessages(200);
      expectOnceInOrderOrTold(reader.messages(), ids);
      expect(reader.gaps).toEqual([]);
    })();
  });

  it.each(transports)(
    '%s: each operation has its effect once and in order when the answers get lost',
    async (transport) => {
      await withDice(async (dice) => {
        const { client, publish, proxy } = await world();
        const reader = await client({ direct: true });
        await reader.subscribe('up');
        const writer = await client({ transports: [transport], timeoutMs: 60_000 });
        await writer.subscribe('other');
        proxy.rule = () => {
          const chance = dice.next();
          if (chance < 0.4) return cutAfter(dice.between(1, 600));
          return chance < 0.5 ? refuse(502) : pass;
        };
        const acks: Promise<string>[] = [];
        for (let number = 0; number < 60; number++) {
          acks.push(writer.publish('up', number));
          // Connections that go both ways are cut while operations are on their way as well.
          if (number % 10 === 5) proxy.cut();
          await publish('other', number);
          await sleep(dice.between(0, 5));
        }
        const settled = Promise.all(acks);
        settled.catch(() => {});
        await sleep(200);
        proxy.unblock();
        proxy.cut();
        const ids = await settled;
        await reader.untilMessages(60);
        expect(reader.data()).toEqual(Array.from({ length: 60 }, (_, number) => number));
        expect(reader.messages().map(({ id }) => id)).toEqual(ids);
      })();
    },
  );
};
