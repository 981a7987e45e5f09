import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Bus, Hole, Retention } from '../../server/bus/bus.js';
import { EARLIEST } from '../../server/bus/bus.js';
import type { MemoryBusOptions } from '../../server/bus/memory-bus.js';
import { holds } from '../support/property.js';
import { type Engine, offsets, publish, readFrom } from './bus-calls.js';

/** The part of the contract that says what is kept, what is let go, and how that is told. `openBus` closes what it opened. */
export function describeRetention(
  { name, open: openEngine, runs }: Engine,
  openBus: (options: MemoryBusOptions) => Promise<Bus>,
): void {
  describe(`what a ${name} keeps`, () => {
    const keeping = (retention: Partial<Retention>, now?: () => number) =>
      openBus({ retention, ...(now === undefined ? {} : { now }) });

    it('is so many messages of each channel', async () => {
      const bus = await keeping({ count: 3 });
      await publish(bus, 'a', 5);
      const page = await readFrom(bus, { a: 1 });
      expect(offsets(page.entries)).toEqual([3, 4, 5]);
      expect(page.holes).toEqual([{ channel: 'a', from: 1, to: 2 }]);
    });

    it('is so many bytes of each channel', async () => {
      const bus = await keeping({ bytes: 300 });
      await publish(bus, 'a', 10, `"${'x'.repeat(60)}"`);
      const kept = await bus.latest('a', 100);
      expect(kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(300);
      expect(kept.at(-1)?.offset).toBe(10);
      expect(kept.length).toBeGreaterThan(1);
    });

    it('is nothing of a message that is larger than the room, but its hole', async () => {
      const bus = await keeping({ bytes: 100 });
      const seen: number[] = [];
      await bus.follow(({ offset }) => seen.push(offset));
      await publish(bus, 'a');
      await publish(bus, 'a', 1, `"${'x'.repeat(200)}"`);
      expect(seen).toEqual([1, 2]);
      expect(await readFrom(bus, { a: 0 })).toEqual({
        entries: [],
        holes: [{ channel: 'a', from: 0, to: 2 }],
        upTo: 2,
      });
      await publish(bus, 'a');
      expect(offsets((await readFrom(bus, { a: 2 })).entries)).toEqual([3]);
    });

    it('is nothing older than an age, without a publication coming by', async () => {
      let now = 1_000;
      const bus = await keeping({ ageMs: 100 }, () => now);
      await publish(bus, 'a');
      now = 1_060;
      await publish(bus, 'a');
      now = 1_101;
      expect(offsets(await bus.latest('a', 10))).toEqual([2]);
      expect(await readFrom(bus, { a: 0 })).toMatchObject({ holes: [{ channel: 'a', from: 0, to: 1 }] });
      now = 5_000;
      expect(await readFrom(bus, { a: 1 })).toEqual({
        entries: [],
        holes: [{ channel: 'a', from: 1, to: 2 }],
        upTo: 2,
      });
    });

    it('is told by what has gone, and why', async () => {
      let now = 1_000;
      const evicted = async (retention: Partial<Retention>, act: (bus: Bus) => Promise<unknown>) => {
        const bus = await keeping(retention, () => now);
        await act(bus);
        return (await bus.size()).evicted;
      };
      const none = { count: 0, bytes: 0, age: 0, total: 0 };
      expect(await evicted({ count: 3 }, (bus) => publish(bus, 'a', 5))).toEqual({ ...none, count: 2 });
      expect(await evicted({ bytes: 10 }, (bus) => publish(bus, 'a', 5))).toEqual({ ...none, bytes: 5 });
      const aged = await evicted({ ageMs: 100 }, async (bus) => {
        await publish(bus, 'a', 5);
        now += 101;
        await bus.latest('a', 1);
      });
      expect(aged).toEqual({ ...none, age: 5 });
      let left = 0;
      const total = await evicted({ totalBytes: 10_000 }, async (bus) => {
        await publish(bus, 'a', 100);
        left = (await bus.latest('a', 1_000)).length;
      });
      expect(total).toEqual({ ...none, total: 100 - left });
    });

    it('of a quiet channel is not touched by a busy one', async () => {
      const bus = await keeping({ count: 100, totalBytes: 40_000 });
      await publish(bus, 'quiet', 3);
      await Promise.all(Array.from({ length: 5_000 }, () => bus.publish({ channel: 'busy', data: '0' })));
      expect(await readFrom(bus, { quiet: 0 })).toMatchObject({ holes: [], entries: [{}, {}, {}] });
    });

    it('fits into the total, the largest channel giving way first', async () => {
      const bus = await keeping({ totalBytes: 50_000 });
      await publish(bus, 'small', 5, `"${'s'.repeat(100)}"`);
      await publish(bus, 'large', 200, `"${'l'.repeat(1_000)}"`);
      const large = await bus.latest('large', 1_000);
      expect(large.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(50_000);
      expect(large.at(-1)?.offset).toBe(205);
      expect(await bus.latest('small', 10)).toHaveLength(5);
    });

    it('fits into the total with more channels than it has room for, and each loss is told', async () => {
      const bus = await keeping({ totalBytes: 60_000 });
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => bus.publish({ channel: `c${index}`, data: '0' })));
      let kept = 0;
      for (let index = 0; index < 1_000; index++) {
        const page = await readFrom(bus, { [`c${index}`]: 0 });
        kept += page.entries.length;
        if (page.entries.length === 0) expect(page.holes[0]?.to).toBeGreaterThanOrEqual(index + 1);
      }
      expect(kept).toBeGreaterThan(20);
      expect(kept).toBeLessThan(110);
    });

    it('leaves no hole for who asks for the earliest', async () => {
      const bus = await keeping({ count: 1 });
      await publish(bus, 'a', 3);
      expect(await readFrom(bus, { a: EARLIEST })).toMatchObject({ holes: [], entries: [{ offset: 3 }] });
    });

    it.each([
      [1, [{ channel: 'a', from: 1, to: 2 }]],
      [2, []],
    ])('leaves one of what has come and gone since the earliest was asked for, at %i', async (head, holes) => {
      const bus = await keeping({ count: 1 });
      await publish(bus, 'a', 3);
      const heads = new Map([['a', head]]);
      expect(await readFrom(bus, { a: EARLIEST }, { heads })).toMatchObject({ holes, entries: [{ offset: 3 }] });
      expect((await readFrom(bus, { a: EARLIEST }, { heads })).floors?.get('a')).toBe(2);
      expect((await readFrom(bus, { a: 0 }, { heads })).holes).toEqual([{ channel: 'a', from: 0, to: 2 }]);
    });

    it('is read beside those who publish and what is let go: each entry once, or in a hole', async () => {
      const bus = await keeping({ count: 20 });
      const published = new Map<string, number[]>([
        ['a', []],
        ['b', []],
      ]);
      let isDone = false;
      const publisher = (async () => {
        for (let round = 0; round < 60; round++) {
          await Promise.all(
            Array.from({ length: 1 + (round % 30) }, async (_, index) => {
              const channel = (round + index) % 3 === 0 ? 'a' : 'b';
              const { id } = await bus.publish({ channel, data: '0' });
              published.get(channel)?.push(Number(id.split('.')[1]));
            }),
          );
        }
        isDone = true;
      })();
      const after = new Map([
        ['a', 0],
        ['b', 0],
      ]);
      const told = new Map<string, Set<number>>([...after.keys()].map((channel) => [channel, new Set()]));
      const lost: Hole[] = [];
      for (let last = false; !last; ) {
        // What is read from memory takes no turn of the event loop, and a disk needs some.
        await turn();
        last = isDone;
        const page = await bus.read({ after, limit: 7, bytes: 10_000 });
        for (const hole of page.holes) {
          lost.push(hole);
          after.set(hole.channel, hole.to);
        }
        for (const { channel, offset } of page.entries) {
          expect(offset).toBeGreaterThan(after.get(channel) ?? 0);
          after.set(channel, offset);
          told.get(channel)?.add(offset);
        }
        for (const [channel, position] of after) after.set(channel, Math.max(position, page.upTo));
        if (page.entries.length > 0) last = false;
      }
      await publisher;
      for (const [channel, all] of published) {
        const untold = all.filter((offset) => !told.get(channel)?.has(offset));
        const unsaid = untold.filter(
          (offset) => !lost.some((hole) => hole.channel === channel && hole.from < offset && offset <= hole.to),
        );
        expect([channel, unsaid]).toEqual([channel, []]);
      }
    });

    it('is told exactly: an entry after the position is returned or lies in a hole, and nothing else does', async () => {
      await holds(
        fc.asyncProperty(
          fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 60 }),
          fc.integer({ min: 1, max: 5 }),
          fc.record({ a: fc.nat(60), b: fc.nat(60), c: fc.nat(60) }),
          async (published, count, asked) => {
            const bus = await openEngine({ epoch: 'e', retention: { count } });
            const of = (channel: string) => published.flatMap((name, index) => (name === channel ? [index + 1] : []));
            for (const channel of published) await publish(bus, channel);
            const page = await readFrom(bus, asked);
            await bus.close();
            for (const [channel, after] of Object.entries(asked)) {
              const kept = of(channel).slice(-count);
              const gone = of(channel).slice(0, -count);
              const read = page.entries.filter((entry) => entry.channel === channel);
              expect(offsets(read)).toEqual(kept.filter((offset) => offset > after));
              const lost = gone.filter((offset) => offset > after);
              const hole = page.holes.filter((one) => one.channel === channel);
              expect(hole).toEqual(lost.length === 0 ? [] : [{ channel, from: after, to: lost.at(-1) }]);
            }
          },
        ),
        runs,
      );
    });
  });
}
