import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Bus, Following, Receipt } from '../../server/bus/bus.js';
import type { MemoryBusOptions } from '../../server/bus/memory-bus.js';
import { holds } from '../support/property.js';
import { waitUntil } from '../support/wait-until.js';
import { type Engine, offsets, publish, readFrom } from './bus-calls.js';
import { describeRetention } from './bus-retention.js';

/** What every engine guarantees: one suite, run over each of them. */
export function describeBus(engine: Engine): void {
  const { name, open: openEngine, runs } = engine;
  const opened: Bus[] = [];
  afterEach(async () => {
    for (const bus of opened.splice(0)) await bus.close();
  });

  const openBus = async (options: MemoryBusOptions = {}): Promise<Bus> => {
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

    it('gives every follower everything in order, also what one of them publishes while it is told', async () => {
      const bus = await openBus();
      const seen: [number[], number[]] = [[], []];
      const answers: Promise<Receipt>[] = [];
      await bus.follow(({ offset }) => {
        seen[0].push(offset);
        if (offset === 1) answers.push(bus.publish({ channel: 'b', data: '{}' }));
      });
      await bus.follow(({ offset }) => void seen[1].push(offset));
      expect((await bus.publish({ channel: 'a', data: '{}' })).id).toBe('e.1');
      expect((await Promise.all(answers)).map(({ id }) => id)).toEqual(['e.2']);
      await waitUntil('both to be told', () => seen.every(({ length }) => length === 2));
      expect(seen).toEqual([
        [1, 2],
        [1, 2],
      ]);
    });

    it('tells a follower that begins while another one is told only of what comes after its beginning', async () => {
      const bus = await openBus();
      const seen: number[] = [];
      const late: Promise<Following>[] = [];
      await bus.follow(({ offset }) => {
        if (offset !== 1) return;
        void bus.publish({ channel: 'b', data: '{}' });
        late.push(bus.follow((entry) => seen.push(entry.offset)));
      });
      await publish(bus, 'a');
      const [following] = await Promise.all(late);
      await publish(bus, 'a');
      expect(seen).toEqual([2, 3].filter((offset) => offset > (following?.from ?? 0)));
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

  describeRetention(engine, openBus);

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
