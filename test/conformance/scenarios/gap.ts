import { expect, it } from '@jest/globals';
import { reset } from '../../../demo/network/fault.js';
import { epochOf } from '../../../transports/cursor.js';
import { expectOnceInOrderOrTold } from '../invariant.js';
import type { Scenarios } from '../scenarios.js';

/** What is gone from the log is told, and what is left follows in order. */
export const gap: Scenarios = ({ transports }, world) => {
  it.each(transports)('%s: tells a gap when the position lies before the retention', async (transport) => {
    const { client, publish } = await world({ retention: { count: 10 } });
    const [start, ...ids] = await publish('news', ...Array.from({ length: 31 }, (_, number) => number));
    const reader = await client({ transports: [transport] });
    await reader.subscribe('news', start);
    await reader.untilMessages(10);
    ids.push(...(await publish('news', 'live')));
    await reader.untilMessages(11);
    expect(reader.data()).toEqual([21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 'live']);
    expect(reader.gaps).toEqual([{ channel: 'news', from: start, to: ids[19] }]);
    expectOnceInOrderOrTold(reader.messages(), ids, reader.gaps);
  });

  it.each(transports)('%s: tells a gap on one channel and loses nothing of another', async (transport) => {
    const { client, publish } = await world({ retention: { count: 10 } });
    const [start = ''] = await publish('busy', 'start');
    await publish('quiet', 1);
    await publish('busy', ...Array.from({ length: 30 }, (_, number) => number));
    await publish('quiet', 2);
    const reader = await client({ transports: [transport] });
    await reader.driver.subscribe('busy', 'busy', start);
    await reader.subscribe('quiet', start);
    await reader.untilMessages(12);
    expect(reader.data('quiet')).toEqual([1, 2]);
    expect(reader.data('busy')).toHaveLength(10);
    expect(reader.gaps.map(({ channel }) => channel)).toEqual(['busy']);
  });

  it.each(transports)('%s: tells a gap when publishing has outrun it while it was away', async (transport) => {
    const { client, publish, proxy } = await world({ retention: { count: 10 } });
    const reader = await client({ transports: [transport] });
    await reader.subscribe('news');
    const ids = await publish('news', 'first');
    await reader.untilMessages(1);
    proxy.rule = () => reset;
    proxy.cut();
    ids.push(...(await publish('news', ...Array.from({ length: 30 }, (_, number) => number))));
    proxy.unblock();
    await reader.untilMessages(11);
    expectOnceInOrderOrTold(reader.messages(), ids, reader.gaps);
    expect(reader.gaps).toHaveLength(1);
  });

  it.each(transports)(
    '%s: brings only the latest of a channel of which that is wanted, and tells once',
    async (transport) => {
      const { client, publish, proxy } = await world({ gateway: { latestOnly: ['price'] } });
      const reader = await client({ transports: [transport] });
      await reader.subscribe('chat');
      await reader.subscribe('price');
      const prices = await publish('price', 'first');
      await reader.untilMessages(1);
      proxy.rule = () => reset;
      proxy.cut();
      const said: string[] = [];
      for (let number = 0; number < 300; number++) {
        said.push(...(await publish('chat', number)));
        prices.push(...(await publish('price', number)));
      }
      proxy.unblock();
      await reader.untilMessages(302);
      expectOnceInOrderOrTold(reader.messages('chat'), said);
      expect(reader.data('price')).toEqual(['first', 299]);
      expect(reader.gaps).toEqual([{ channel: 'price', from: prices[0], to: prices[299] }]);
      expectOnceInOrderOrTold(reader.messages('price'), prices, reader.gaps);
    },
  );

  it.each(transports)('%s: tells a gap after a restart that has lost the log, and goes on', async (transport) => {
    const everything = await world();
    const reader = await everything.client({ transports: [transport] });
    await reader.subscribe('news');
    const before = await everything.publish('news', 'old 1', 'old 2');
    await reader.untilMessages(2);
    await everything.restart();
    const after = await everything.publish('news', 'new 1', 'new 2');
    await reader.untilMessages(4);
    after.push(...(await everything.publish('news', 'new 3')));
    await reader.untilMessages(5);
    expect(reader.data()).toEqual(['old 1', 'old 2', 'new 1', 'new 2', 'new 3']);
    expect(reader.gaps).toHaveLength(1);
    expect(reader.gaps[0]).toMatchObject({ channel: 'news', from: before[1] });
  });

  it.each(transports)(
    '%s: tells a gap when its position lies beyond the end of the log, and goes on',
    async (transport) => {
      const { client, publish } = await world();
      const [end = ''] = await publish('news', 'old');
      const beyond = `${epochOf(end)}.9000`;
      const reader = await client({ transports: [transport] });
      await reader.subscribe('news', beyond);
      const ids = await publish('news', 'new 1', 'new 2');
      await reader.untilMessages(2);
      expect(reader.gaps).toEqual([{ channel: 'news', from: beyond, to: end }]);
      expectOnceInOrderOrTold(reader.messages(), ids);
    },
  );

  it.each(transports)(
    '%s: tells a gap when the log was put back from an older copy, and goes on',
    async (transport) => {
      const everything = await world();
      const reader = await everything.client({ transports: [transport] });
      await reader.subscribe('news');
      const before = await everything.publish('news', 'old 1', 'old 2', 'old 3');
      await reader.untilMessages(3);
      const epoch = epochOf(before[0] ?? '') ?? '';
      await everything.restart({ epoch });
      await reader.until('the gap', () => reader.gaps.length > 0);
      await everything.publish('news', 'new 1', 'new 2');
      await reader.untilMessages(5);
      expect(reader.data()).toEqual(['old 1', 'old 2', 'old 3', 'new 1', 'new 2']);
      expect(reader.gaps).toEqual([{ channel: 'news', from: before[2], to: `${epoch}.0` }]);
    },
  );
};
