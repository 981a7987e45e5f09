import { expect, it } from '@jest/globals';
import { reset } from '../../../demo/network/fault.js';
import { expectOnceInOrderOrTold } from '../invariant.js';
import type { Scenarios } from '../scenarios.js';

/** The cursor is the session: whoever has it goes on from it, over any transport. */
export const resume: Scenarios = ({ transports }, world) => {
  const pairs = transports.flatMap((from) => transports.map((to) => [from, to] as const));

  it.each(pairs)('from %s to %s: goes on from the cursor, without loss or repetition', async (from, to) => {
    const { client, publish } = await world();
    const first = await client({ transports: [from] });
    await first.subscribe('news');
    await publish('news', 1, 2, 3);
    await first.untilMessages(3);
    const since = await first.driver.position('news');
    await first.close();
    await publish('news', 4, 5);

    const second = await client({ transports: [to] });
    await second.subscribe('news', since);
    await publish('news', 6);
    await second.untilMessages(3);
    expect([...first.data(), ...second.data()]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...first.gaps, ...second.gaps]).toEqual([]);
  });

  it.each(transports)(
    '%s: resumes from where it began when it is cut off before the first message',
    async (transport) => {
      const { client, publish, proxy } = await world();
      const reader = await client({ transports: [transport] });
      await reader.subscribe('news');
      proxy.rule = () => reset;
      proxy.cut();
      await publish('news', 1, 2);
      proxy.unblock();
      await reader.untilMessages(2);
      await publish('news', 3);
      expect(await reader.untilMessages(3)).toEqual([1, 2, 3]);
      expect(reader.gaps).toEqual([]);
    },
  );

  it('one client goes down the whole catalog and up again, without loss or repetition', async () => {
    const { client, publish, proxy } = await world();
    const reader = await client();
    await reader.subscribe('news');
    const ids: string[] = [];
    const publishing = setInterval(() => void publish('news', ids.length).then((fresh) => ids.push(...fresh)), 5);
    try {
      const blocked = new Set<string>();
      for (const transport of transports) {
        await reader.untilCarriedBy(transport);
        if (blocked.size === transports.length - 1) break;
        blocked.add(transport);
        proxy.block(blocked, reset);
      }
      proxy.unblock();
      await reader.untilCarriedBy(transports[0] ?? '');
    } finally {
      clearInterval(publishing);
    }
    await publish('news', 'last').then((fresh) => ids.push(...fresh));
    await reader.until('the last message', () => reader.data().includes('last'));
    expectOnceInOrderOrTold(reader.messages(), ids);
    expect(new Set(reader.carriers)).toEqual(new Set(transports));
    expect(reader.gaps).toEqual([]);
  });
};
