import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Bus, Entry, Hole, Page, Retention } from '../../server/bus/bus.js';
import { EARLIEST } from '../../server/bus/bus.js';
import { holds } from '../support/property.js';

/** What the suite asks of an engine that it opens. */
export interface BusOptions {
  readonly retention?: Partial<Retention>;
  readonly keyAgeMs?: number;
  readonly keyCount?: number;
  readonly now?: () => number;
  readonly clock?: () => number;
  readonly epoch?: string;
}

/** An engine under the suite. */
export interface Engine {
  readonly name: string;
  /** Opens an empty log. */
  open(options: BusOptions): Promise<Bus>;
  /** How many cases a property is given; each of them opens a log. */
  readonly runs: number;
}

/** Publishes so many messages, one after the other. */
export async function publish(bus: Bus, channel: string, count = 1, data = '0'): Promise<void> {
  for (let index = 0; index < count; index++) await bus.publish({ channel, data });
}

/** Reads on from an offset for each channel. */
export function readFrom(bus: Bus, after: Record<string, number>, limit = 1_000): Promise<Page> {
  return bus.read({ after: new Map(Object.entries(after)), limit, bytes: 10_000_000 });
}

export function offsets(entries: readonly Entry[]): number[] {
  return entries.map(({ offset }) => offset);
}

/** What every engine guarantees: one suite, run over each of them. */
export function describeBus({ name, open: openEngine, runs }: Engine): void {
  const opened: Bus[] = [];
  afterEach(async () => {
    for (const bus of opened.splice(0)) await bus.close();
  });

  const openBus = async (options: BusOptions = {}): Promise<Bus> => {
    const bus = await openEngine({ epoch: 'e', ...options });
    opened.push(bus);
    return bus;
  };

  describe(name, () => {
    it('gives every message the next offset, over all channels', async () => {
      const bus = await openBus();
      const ids = [];
      for (const channel of ['a', 'b', 'a', '__proto__']) ids.push((await bus.publish({ channel, data: '{}' })).id);
      expect(ids).toEqual(['e.1', 'e.2', 'e.3', 'e.4']);
      expect(await bus.head()).toBe(4);
    });

    it('appends in the order of the calls, large and small, awaited or not', async () => {
      const bus = await openBus();
      const calls = Array.from({ length: 200 }, (_, index) => {
        const data = JSON.stringify('x'.repeat((index * 7_919) % 10_007));
        return bus.publish({ channel: `c${index % 3}`, data, ...(index % 2 === 0 ? {} : { key: `k${index}` }) });
      });
      const ids = (await Promise.all(calls)).map(({ id }) => id);
      expect(ids).toEqual(Array.from({ length: 200 }, (_, index) => `e.${index + 1}`));
    });

    it('merges channels in the order of the log', async () => {
      const bus = await openBus();
      for (const channel of ['b', 'a', 'c', 'a', 'b']) await publish(bus, channel);
      const page = await readFrom(bus, { a: 0, b: 1 });
      expect(offsets(page.entries)).toEqual([2, 4, 5]);
      expect(page).toMatchObject({ holes: [], upTo: 5 });
    });

    it('writes a message as one record', async () => {
      const bus = await openBus();
      await bus.publish({ channel: 'a"\\', data: '{"text":"é"}', except: 'me' });
      const [entry] = await bus.latest('a"\\', 1);
      expect(JSON.parse(entry?.json ?? '')).toEqual({ id: 'e.1', channel: 'a"\\', data: { text: 'é' } });
      expect(entry).toMatchObject({ bytes: Buffer.byteLength(entry?.json ?? ''), except: 'me' });
    });

    it('begins a log of its own each time', async () => {
      const [first, second] = [await openEngine({}), await openEngine({})];
      opened.push(first, second);
      expect(first.epoch).not.toBe(second.epoch);
    });

    it('pages by count and by bytes, always with one entry at least', async () => {
      const bus = await openBus();
      await publish(bus, 'a', 5);
      const byCount = await bus.read({ after: new Map([['a', 0]]), limit: 2, bytes: 10_000 });
      expect([offsets(byCount.entries), byCount.upTo]).toEqual([[1, 2], 2]);
      const byBytes = await bus.read({ after: new Map([['a', 2]]), limit: 100, bytes: 1 });
      expect([offsets(byBytes.entries), byBytes.upTo]).toEqual([[3], 3]);
      const last = await bus.read({ after: new Map([['a', 4]]), limit: 1, bytes: 1 });
      expect([offsets(last.entries), last.upTo]).toEqual([[5], 5]);
    });

    it('pages through many channels without losing or repeating an entry', async () => {
      const channels = ['a', 'b', 'c', '__proto__'];
      await holds(
        fc.asyncProperty(
          fc.array(fc.constantFrom(...channels), { maxLength: 60 }),
          fc.uniqueArray(fc.constantFrom(...channels), { minLength: 1 }),
          fc.integer({ min: 1, max: 7 }),
          fc.integer({ min: 1, max: 200 }),
          async (published, asked, limit, bytes) => {
            const bus = await openEngine({ epoch: 'e' });
            for (const channel of published) await publish(bus, channel);
            const read: number[] = [];
            for (let upTo = 0, more = true; more; ) {
              const page = await bus.read({ after: new Map(asked.map((channel) => [channel, upTo])), limit, bytes });
              read.push(...offsets(page.entries));
              more = page.entries.length > 0;
              upTo = page.upTo;
            }
            await bus.close();
            expect(read).toEqual(published.flatMap((channel, index) => (asked.includes(channel) ? [index + 1] : [])));
          },
        ),
        runs,
      );
    });

    it('gives the last entries of a channel, oldest first', async () => {
      const bus = await openBus();
      for (const channel of ['a', 'b', 'a', 'a']) await publish(bus, channel);
      expect(offsets(await bus.latest('a', 2))).toEqual([3, 4]);
      expect(offsets(await bus.latest('a', 100))).toEqual([1, 3, 4]);
      expect(await bus.latest('nothing', 5)).toEqual([]);
    });

    it('hands a follower every entry after its beginning, in order, until it stops', async () => {
      const bus = await openBus();
      await publish(bus, 'a', 2);
      const seen: number[] = [];
      const following = await bus.follow(({ offset }) => seen.push(offset));
      expect(following.from).toBe(2);
      await Promise.all([publish(bus, 'a', 2), publish(bus, 'b', 2)]);
      following.stop();
      following.stop();
      await publish(bus, 'a');
      expect(seen).toEqual([3, 4, 5, 6]);
    });

    it('says how much it holds', async () => {
      const bus = await openBus({ retention: { count: 2 } });
      expect(await bus.size()).toMatchObject({ bytes: 0, channels: 0 });
      await publish(bus, 'a', 5, '"0123456789"');
      await publish(bus, 'b');
      const { bytes, channels } = await bus.size();
      expect(channels).toBe(2);
      const kept = [...(await bus.latest('a', 9)), ...(await bus.latest('b', 9))];
      expect(bytes).toBeGreaterThan(kept.reduce((sum, entry) => sum + entry.bytes, 0));
      await publish(bus, 'a', 100, '"0123456789"');
      expect((await bus.size()).bytes - bytes).toBeLessThan(50);
    });

    it('takes nothing more once it is closed', async () => {
      const bus = await openBus();
      await bus.close();
      await bus.close();
      await expect(bus.publish({ channel: 'a', data: '0' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });

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

  describe(`a key of a ${name}`, () => {
    it('has its effect once, and gets the same receipt again', async () => {
      const bus = await openBus();
      const seen: number[] = [];
      await bus.follow(({ offset }) => seen.push(offset));
      expect(await bus.publish({ channel: 'a', data: '1', key: 'k' })).toEqual({ id: 'e.1', repeated: false });
      expect(await bus.publish({ channel: 'a', data: '2', key: 'k' })).toEqual({ id: 'e.1', repeated: true });
      expect(await bus.publish({ channel: 'a', data: '3', key: '__proto__' })).toEqual({ id: 'e.2', repeated: false });
      expect(seen).toEqual([1, 2]);
    });

    it('is known as soon as it was published under, and not before', async () => {
      const bus = await openBus();
      expect(bus.knows('k')).toBe(false);
      const receipt = bus.publish({ channel: 'a', data: '1', key: 'k' });
      expect(bus.knows('k')).toBe(true);
      await receipt;
      expect([bus.knows('k'), bus.knows('other')]).toEqual([true, false]);
    });

    it('is recognised although its message is long gone', async () => {
      const bus = await openBus({ retention: { count: 1 } });
      await bus.publish({ channel: 'a', data: '1', key: 'k' });
      await publish(bus, 'a', 10);
      expect(await bus.publish({ channel: 'a', data: '1', key: 'k' })).toEqual({ id: 'e.1', repeated: true });
    });

    it('is no older for a clock that was set, ahead or back', async () => {
      let now = 10_000_000;
      let clock = 0;
      const bus = await openBus({ now: () => now, clock: () => clock, keyAgeMs: 100 });
      await bus.publish({ channel: 'a', data: '1', key: 'k' });
      for (const set of [3_600_000, -7_200_000]) {
        now += set;
        await bus.publish({ channel: 'b', data: '1', key: `after ${set}` });
        expect(await bus.publish({ channel: 'a', data: '1', key: 'k' })).toEqual({ id: 'e.1', repeated: true });
      }
      clock = 101;
      expect(['k', 'after 3600000', 'after -7200000'].map((key) => bus.knows(key))).toEqual([false, false, false]);
    });

    it('is forgotten after its time, and when there are too many', async () => {
      let clock = 0;
      const bus = await openBus({ clock: () => clock, keyAgeMs: 100, keyCount: 2 });
      await bus.publish({ channel: 'a', data: '1', key: 'old' });
      clock = 101;
      expect(bus.knows('old')).toBe(false);
      expect(await bus.publish({ channel: 'a', data: '1', key: 'old' })).toMatchObject({ repeated: false });
      await bus.publish({ channel: 'a', data: '1', key: 'x' });
      await bus.publish({ channel: 'a', data: '1', key: 'y' });
      expect(await bus.publish({ channel: 'a', data: '1', key: 'old' })).toMatchObject({ repeated: false });
      expect(await bus.publish({ channel: 'a', data: '1', key: 'y' })).toMatchObject({ repeated: true });
    });
  });
}
