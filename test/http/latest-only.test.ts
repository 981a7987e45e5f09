import { describe, expect, it } from '@jest/globals';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import type { DownlinkRecord, PollAnswer } from '../../transports/record.js';
import { waitUntil } from '../support/wait-until.js';
import type { Site } from './site.js';
import { inExpress, metric } from './site.js';
import { asleep, givenOf, STREAMS } from './sleepers.js';

/** A gateway of whose prices a reader that is behind gets only the latest, although its log keeps them all. */
function market(): Promise<Site> {
  return inExpress({
    bus: new MemoryBus({ epoch: 'e', retention: { bytes: 64 * 1024 * 1024 } }),
    latestOnly: ['price.*'],
    heartbeatMs: 600_000,
    stalledMs: 600_000,
    renewBytes: 1e12,
  });
}

/** Publishes in turn what is wanted whole and prices of a size; returns the offsets of each, from 1 on. */
async function publish({ gateway }: Site, count: number, size: number) {
  const [chat, price]: [number[], number[]] = [[], []];
  for (let index = 0; index < count; index++) {
    await gateway.publish('chat', index === count - 1 ? 'the end' : index);
    chat.push(2 * index + 1);
    if (index < count - 1) await gateway.publish('price.a', 'x'.repeat(size));
    if (index < count - 1) price.push(2 * index + 2);
    await new Promise(setImmediate);
  }
  return { chat, price };
}

/** All of the one channel; of the other one the last, with those before it either come or told, and never both. */
function expectLatest(records: readonly DownlinkRecord[], chat: readonly number[], price: readonly number[]): void {
  expect(givenOf(records, 'chat')).toEqual({ numbers: chat, gaps: [] });
  const { numbers, gaps } = givenOf(records, 'price.a');
  expect(numbers).toEqual([...numbers].sort((one, two) => one - two));
  const told = price.filter((offset) => gaps.some(({ from, to }) => offset > from && offset <= to));
  expect([...numbers, ...told].sort((one, two) => one - two)).toEqual(price);
  expect(numbers.at(-1)).toBe(price.at(-1));
  expect(told.length).toBeGreaterThan(0);
}

describe('a channel of which a reader that is behind gets only the latest', () => {
  it.each(STREAMS)('skips to its last message when the reader goes on reading on %s', async (transport) => {
    const site = await market();
    const sleeper = await asleep(transport, site.push, '?channel=chat&channel=price.a');
    const { chat, price } = await publish(site, 300, 64 * 1024);
    const records = await sleeper.resume('the end"');
    expectLatest(records, chat, price);
    // What there was room for on the way came before it stalled; of the rest it has one.
    const { numbers, gaps } = givenOf(records, 'price.a');
    expect(numbers.filter((number) => number > (gaps.at(-1)?.to ?? 0))).toEqual(price.slice(-1));

    // It keeps up again, and gets everything.
    await waitUntil('room', async () => (await metric(site.push, 'pushgate_readers_full')) === 0);
    for (const text of ['one', 'two', 'three']) await site.gateway.publish('price.a', text);
    const all = givenOf(await sleeper.resume('three"'), 'price.a');
    expect(all.numbers.slice(-3)).toEqual([600, 601, 602]);
    expect(all.gaps).toEqual(gaps);
  });

  it.each(STREAMS)('skips to its last message for who comes back from an old cursor on %s', async (transport) => {
    const site = await market();
    const { chat, price } = await publish(site, 20, 10);
    const sleeper = await asleep(transport, site.push, '?channel=chat&channel=price.a&since=e.0');
    const records = await sleeper.resume('the end"');
    expectLatest(records, chat, price);
    expect(givenOf(records, 'price.a')).toEqual({ numbers: [38], gaps: [{ from: 0, to: 36 }] });
  });

  it.each(['polling', 'long-polling'])('has its last message in each answer of %s', async (transport) => {
    const site = await market();
    const { chat, price } = await publish(site, 300, 10);
    const records: DownlinkRecord[] = [];
    const told = new Set<string>();
    for (let cursor = 'e.0', more = true; more; ) {
      const answer = await fetch(`${site.push}/${transport}?channel=chat&channel=price.a&since=${cursor}`);
      const { gap, messages, ...rest }: PollAnswer = await answer.json();
      // From a cursor that lies inside of it, a gap is told again.
      if (gap !== undefined && !told.has(gap.to)) records.push(gap);
      if (gap !== undefined) told.add(gap.to);
      records.push(...messages);
      cursor = rest.cursor;
      more = rest.more === true;
    }
    expectLatest(records, chat, price);
    expect(givenOf(records, 'price.a')).toEqual({ numbers: [598], gaps: [{ from: 0, to: 596 }] });
  });

  it('begins with its last message for who asks for the earliest, and has its whole history', async () => {
    const site = await market();
    const { price } = await publish(site, 20, 10);
    const answer = await fetch(`${site.push}/polling?channel=price.a&since=earliest`);
    expect(await answer.json()).toMatchObject({
      gap: { channels: ['price.a'], from: 'e.0', to: 'e.36' },
      messages: [{ id: 'e.38' }],
    });
    expect(await site.gateway.history('price.a', { limit: 1_000 })).toHaveLength(price.length);
  });

  it('gives every message to who keeps up', async () => {
    const site = await market();
    const sleeper = await asleep('sse', site.push, '?channel=chat&channel=price.a');
    const awake = sleeper.resume('the end"');
    const { price } = await publish(site, 100, 10);
    expect(givenOf(await awake, 'price.a')).toEqual({ numbers: price, gaps: [] });
  });
});
