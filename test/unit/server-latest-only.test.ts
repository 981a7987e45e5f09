import { describe, expect, it } from '@jest/globals';
import { EARLIEST, type ReadRequest, type Retention } from '../../server/bus/bus.js';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { LatestOnly } from '../../server/latest-only.js';

const CHANNELS = ['price.a', 'chat', 'price.a', 'price.b', 'price.a', 'chat', 'price.b', 'price.a'];

class CountingBus extends MemoryBus {
  asked = 0;

  override latest(channel: string, limit: number) {
    this.asked++;
    return super.latest(channel, limit);
  }
}

/** A log of eight messages, and how it is read by who wants only the latest price. */
async function logOf(retention: Partial<Retention> = {}, patterns = ['price.*']) {
  const bus = new CountingBus({ epoch: 'e', retention });
  for (const channel of CHANNELS) await bus.publish({ channel, data: '0' });
  const reader = new LatestOnly(bus, patterns);
  const read = async (after: Record<string, number>, more: Partial<ReadRequest> & { seen?: number } = {}) => {
    const { seen = CHANNELS.length, ...request } = more;
    const page = await reader.read({ after: new Map(Object.entries(after)), limit: 256, bytes: 1e6, ...request }, seen);
    return { ...page, entries: page.entries.map(({ offset }) => offset) };
  };
  return { bus, read };
}

describe('LatestOnly', () => {
  it('reads the last message of its channels and tells of the others, and everything of other channels', async () => {
    const { read } = await logOf();
    expect(await read({ 'price.a': 0, 'price.b': 0, chat: 0 })).toEqual({
      entries: [2, 6, 7, 8],
      holes: [
        { channel: 'price.a', from: 0, to: 5 },
        { channel: 'price.b', from: 0, to: 4 },
      ],
      upTo: 8,
    });
  });

  it('leaves out nothing where there is one message to come, or none', async () => {
    const { read } = await logOf();
    expect(await read({ 'price.a': 5, 'price.b': 7 })).toEqual({ entries: [8], holes: [], upTo: 8 });
    expect(await read({ 'price.c': 0 })).toEqual({ entries: [], holes: [], upTo: 8 });
  });

  it('tells of what it leaves out from the beginning of the log to who asks for the earliest', async () => {
    const { read } = await logOf();
    const holes = [{ channel: 'price.a', from: 0, to: 5 }];
    expect(await read({ 'price.a': EARLIEST, chat: EARLIEST })).toMatchObject({ entries: [2, 6, 8], holes, upTo: 8 });
  });

  it('makes one hole of what it leaves out and what the log has let go of', async () => {
    const { read } = await logOf({ count: 1 });
    expect(await read({ 'price.a': 2, chat: 0 })).toEqual({
      entries: [6, 8],
      holes: [
        { channel: 'price.a', from: 2, to: 5 },
        { channel: 'chat', from: 0, to: 2 },
      ],
      upTo: 8,
    });
  });

  it('makes one hole when the log lets go of more between the two questions', async () => {
    const { bus, read } = await logOf({ count: 2 });
    const ask = bus.latest.bind(bus);
    bus.latest = async (channel, limit) => {
      const latest = await ask(channel, limit);
      for (let index = 0; index < 3; index++) await bus.publish({ channel, data: '0' });
      return latest;
    };
    const holes = [{ channel: 'price.a', from: 0, to: 9 }];
    expect(await read({ 'price.a': 0 })).toEqual({ entries: [10, 11], holes, upTo: 11 });
  });

  it('may tell of a hole that reaches further than the page, whose last message comes with a later one', async () => {
    const { read } = await logOf();
    const holes = [{ channel: 'price.a', from: 0, to: 5 }];
    expect(await read({ 'price.a': 0, chat: 0 }, { limit: 1 })).toEqual({ entries: [2], holes, upTo: 2 });
    expect(await read({ 'price.a': 5, chat: 2 }, { limit: 1 })).toEqual({ entries: [6], holes: [], upTo: 6 });
    expect(await read({ 'price.a': 6, chat: 6 }, { limit: 1 })).toEqual({ entries: [8], holes: [], upTo: 8 });
  });

  it('gives everything after what this node has seen, and asks the log nothing for it', async () => {
    const { bus, read } = await logOf();
    expect((await read({ 'price.a': 2 }, { seen: 2 })).entries).toEqual([3, 5, 8]);
    expect((await read({ chat: 0 })).entries).toEqual([2, 6]);
    expect(bus.asked).toBe(0);
  });

  it('takes patterns as grants do, and none means that everything is read', async () => {
    expect((await (await logOf({}, ['chat', '*.b'])).read({ 'price.a': 0, 'price.b': 0, chat: 0 })).entries).toEqual([
      1, 3, 5, 6, 7, 8,
    ]);
    expect((await (await logOf({}, [])).read({ 'price.a': 0 })).entries).toEqual([1, 3, 5, 8]);
  });
});
