import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import type { FanOut } from '../../server/fan-out.js';
import type { Position } from '../../transports/position.js';
import { waitUntil } from '../support/wait-until.js';
import { countingFormat, fanOutOf, greeted, messagesOf, open, type Probe } from './fan-out-probes.js';

describe('what FanOut makes', () => {
  it('is one text for each message, and one packet for all readers of the same channels', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus);
    const { format, made } = countingFormat();
    const readers = Array.from({ length: 500 }, (_, index) => open(fanOut, { a: 'now' }, format, `c${index}`));
    await greeted(...readers);
    const before = made.packets;
    for (let index = 0; index < 20; index++) await bus.publish({ channel: 'a', data: '0' });
    await nextTurn();
    await nextTurn();
    for (const reader of readers) expect(messagesOf(reader)).toHaveLength(20);
    expect(made.messages).toBe(20);
    expect(made.packets - before).toBeLessThanOrEqual(2);
  });

  it('is made once as well for readers of other channels, late ones, and ones that were full', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus);
    const { format, made } = countingFormat();
    const wide = open(fanOut, { a: 'now', b: 'now' }, format);
    const full = open(fanOut, { a: 'now' }, format);
    await greeted(wide, full);
    full.room = false;
    for (let index = 0; index < 10; index++) {
      await bus.publish({ channel: 'a', data: '0' });
      await nextTurn();
    }
    const late = open(fanOut, { a: 'earliest' }, format);
    full.room = true;
    full.downlink.drained();
    await waitUntil('all of them', () => [wide, full, late].every((reader) => messagesOf(reader).length === 10));
    expect(made.messages).toBe(10);
  });

  it('is one text for each format', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus);
    const [first, second] = [countingFormat('first'), countingFormat('second')];
    const readers = [first, second, first, second].map(({ format }) => open(fanOut, { a: 'now' }, format));
    await greeted(...readers);
    await bus.publish({ channel: 'a', data: '0' });
    await waitUntil('the message', () => readers.every((reader) => messagesOf(reader).length === 1));
    expect([first.made.messages, second.made.messages]).toEqual([1, 1]);
  });
});

describe('a hello', () => {
  it('is made once for all who come to the same position, and anew for any other and for what is offered by then', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    let transports = ['sse'];
    const { fanOut } = fanOutOf(bus, {
      hello: (at) => ({ type: 'hello', ...at, heartbeatMs: 1, limits: { messageBytes: 1, channels: 1 }, transports }),
    });
    const { format, made } = countingFormat();
    const come = async (position: Position) => {
      const probe = open(fanOut, { a: position }, format);
      await greeted(probe);
      return probe.packets[0];
    };
    const first = await come('now');
    expect(await come('now')).toBe(first);
    expect(await come('e.0')).toBe(first);
    expect(made.packets).toBe(1);
    transports = ['sse', 'websocket'];
    expect(await come('now')).toMatchObject({ controls: [{ cursor: 'e.0', transports }] });
    await bus.publish({ channel: 'other', data: '0' });
    expect(await come('now')).toMatchObject({ controls: [{ cursor: 'e.1', head: 'e.1' }], cursor: 'e.1' });
    expect(await come('e.0')).toMatchObject({ controls: [{ cursor: 'e.0', head: 'e.1' }], cursor: 'e.1' });
    expect(await come('f.0')).toMatchObject({ controls: [{ type: 'hello' }, { type: 'gap', from: 'f.0' }] });
    await bus.publish({ channel: 'a', data: '0' });
    const late = await come('e.1');
    expect(late?.controls).toMatchObject([{ type: 'hello', cursor: 'e.1', head: 'e.2' }]);
    expect(late?.messages).toHaveLength(1);
  });
});

describe('a reader that is full', () => {
  it('is not written to again until it has drained, and then gets what came meanwhile', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus);
    const [slow, quick] = [open(fanOut, { a: 'now' }), open(fanOut, { a: 'now' })];
    await greeted(slow, quick);
    slow.room = false;
    for (let index = 0; index < 50; index++) {
      await bus.publish({ channel: 'a', data: '0' });
      await nextTurn();
    }
    expect(messagesOf(quick)).toHaveLength(50);
    expect(messagesOf(slow)).toEqual(['e.1']);
    slow.room = true;
    slow.downlink.drained();
    await waitUntil('the rest', () => messagesOf(slow).length === 50);
    expect(messagesOf(slow)).toEqual(messagesOf(quick));
  });

  it('gets the answer to a subscription only when it has drained, and in its place', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus);
    const reader = await full(bus, fanOut);
    const written = reader.packets.length;
    const subscribed = reader.downlink.subscribe(new Map([['b', 'now']]), () => ({ type: 'ack' }));
    for (let turns = 0; turns < 5; turns++) await nextTurn();
    expect(reader.packets).toHaveLength(written);
    reader.room = true;
    reader.downlink.drained();
    await subscribed;
    await bus.publish({ channel: 'b', data: '0' });
    await waitUntil('both', () => messagesOf(reader).length === 2);
    expect(reader.packets.slice(written).map(({ controls }) => controls[0]?.type)).toEqual(['ack', undefined]);
  });

  it('is told of what has come and gone between its subscription to the earliest and the first of it', async () => {
    const bus = new MemoryBus({ epoch: 'e', retention: { count: 1 } });
    const { fanOut } = fanOutOf(bus);
    for (let index = 0; index < 2; index++) await bus.publish({ channel: 'b', data: '0' });
    const reader = await full(bus, fanOut);
    const written = reader.packets.length;
    const subscribed = reader.downlink.subscribe(new Map([['b', 'earliest']]), (head) => ({ type: 'ack', head }));
    await nextTurn();
    for (let index = 0; index < 2; index++) await bus.publish({ channel: 'b', data: '0' });
    reader.room = true;
    reader.downlink.drained();
    await subscribed;
    await waitUntil('the last one', () => messagesOf(reader).at(-1) === 'e.5');
    expect(reader.packets.slice(written).flatMap(({ controls }) => controls)).toEqual([
      { type: 'ack', head: 'e.3' },
      { type: 'gap', channels: ['b'], from: 'e.3', to: 'e.4' },
    ]);
  });

  it.each([
    ['of another channel', (reader: Probe) => reader.downlink.subscribe(new Map([['c', 'now']]), ack)],
    [
      'of the same one that was given up',
      async ({ downlink }: Probe) => {
        const subscribed = downlink.subscribe(new Map([['b', 'earliest']]), ack);
        await nextTurn();
        await Promise.all([subscribed, downlink.unsubscribe(['b'], ack)]);
      },
    ],
  ])('is not told of what had gone before it, be it after an earlier subscription %s', async (_, before) => {
    const bus = new MemoryBus({ epoch: 'e', retention: { count: 1 } });
    const { fanOut } = fanOutOf(bus);
    const reader = await full(bus, fanOut);
    const first = before(reader);
    for (let turns = 0; turns < 3; turns++) await nextTurn();
    for (let index = 0; index < 5; index++) await bus.publish({ channel: 'b', data: '0' });
    const second = reader.downlink.subscribe(new Map([['b', 'earliest']]), ack);
    await nextTurn();
    reader.room = true;
    reader.downlink.drained();
    await Promise.all([first, second]);
    await waitUntil('the last one', () => messagesOf(reader).at(-1) === 'e.6');
    expect(reader.packets.flatMap(({ controls }) => controls).filter(({ type }) => type === 'gap')).toEqual([]);
  });

  it('from the earliest is told of no gap where other channels have more to be read first', async () => {
    const { fanOut } = await withTwoPasts(1_500);
    const reader = open(fanOut, { a: 'earliest', b: 'earliest' });
    await waitUntil('all of it', () => messagesOf(reader).length === 1_200);
    expect(reader.packets.flatMap(({ controls }) => controls).map(({ type }) => type)).toEqual(['hello']);
  });

  it('from the earliest is told of what goes while other channels are read', async () => {
    const { bus, fanOut } = await withTwoPasts(600);
    const reader = open(fanOut, { a: 'earliest', b: 'earliest' });
    reader.room = false;
    await greeted(reader);
    for (let index = 0; index < 300; index++) await bus.publish({ channel: 'b', data: '0' });
    reader.room = true;
    reader.downlink.drained();
    await waitUntil('all of it', () => messagesOf(reader).at(-1) === 'e.1500');
    const gaps = reader.packets.flatMap(({ controls }) => controls).filter(({ type }) => type === 'gap');
    expect(gaps).toEqual([{ type: 'gap', channels: ['b'], from: 'e.256', to: 'e.900' }]);
  });

  it('does not keep those waiting who are live: between two parts of a long past, the event loop turns', async () => {
    const { bus, comeLate, readNow, readBy, past } = await besideALongPast();
    comeLate();
    await bus.publish({ channel: 'a', data: '0' });
    await waitUntil('the message', () => readBy.length === 2);
    // Not even one page for each.
    expect(readBy[1]).toBeLessThanOrEqual(2_048);
    await waitUntil('all of the past', () => readNow().every((ids) => ids.length === past));
    for (const ids of readNow()) expect(new Set(ids).size).toBe(past);
  });

  it('comes behind what was published while it waited for its turn to read', async () => {
    const { bus, comeLate, readNow, readBy, past } = await besideALongPast();
    comeLate();
    for (let turns = 0; turns < 3; turns++) await nextTurn();
    const before = readNow().flat().length;
    expect(before).toBeGreaterThan(0);
    await bus.publish({ channel: 'a', data: '0' });
    await waitUntil('the message', () => readBy.length === 2);
    expect(readBy[1]).toBe(before);
    await waitUntil('all of the past', () => readNow().every((ids) => ids.length === past));
  });

  it('is told of the hole when the log did not wait for it', async () => {
    const bus = new MemoryBus({ epoch: 'e', retention: { count: 5 } });
    const { fanOut } = fanOutOf(bus);
    const reader = open(fanOut, { a: 'now' });
    await greeted(reader);
    reader.room = false;
    for (let index = 0; index < 20; index++) {
      await bus.publish({ channel: 'a', data: '0' });
      await nextTurn();
    }
    reader.room = true;
    reader.downlink.drained();
    await waitUntil('the rest', () => messagesOf(reader).length === 6);
    expect(messagesOf(reader)).toEqual(['e.1', 'e.16', 'e.17', 'e.18', 'e.19', 'e.20']);
    expect(reader.packets.flatMap(({ controls }) => controls).at(-1)).toEqual({
      type: 'gap',
      channels: ['a'],
      from: 'e.1',
      to: 'e.15',
    });
  });

  it('gets of a channel of which it wants only the latest its last message and a gap, and live ones get all', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus, { latestOnly: ['price'] });
    const [slow, quick] = [open(fanOut, { price: 'now', chat: 'now' }), open(fanOut, { price: 'now', chat: 'now' })];
    await greeted(slow, quick);
    slow.room = false;
    for (const channel of ['chat', 'price', 'price', 'chat', 'price', 'price', 'chat']) {
      await bus.publish({ channel, data: '0' });
      await nextTurn();
    }
    slow.room = true;
    slow.downlink.drained();
    await waitUntil('the rest', () => messagesOf(slow).length === 4);
    expect(messagesOf(quick)).toHaveLength(7);
    expect(messagesOf(slow)).toEqual(['e.1', 'e.4', 'e.6', 'e.7']);
    const gap = { type: 'gap', channels: ['price'], from: 'e.1', to: 'e.5' };
    expect(slow.packets.flatMap(({ controls }) => controls).slice(1)).toEqual([gap]);
    // It is live again, and gets everything.
    for (let index = 0; index < 3; index++) await bus.publish({ channel: 'price', data: '0' });
    await waitUntil('three more', () => messagesOf(slow).length === 7);
  });

  it('is closed with a bye when it takes nothing for too long', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus, { heartbeatMs: 40, stalledMs: 50 });
    const reader = open(fanOut, { a: 'now' });
    reader.room = false;
    await waitUntil('the bye', () => reader.bye);
    expect(reader.ended).toBe(1);
    const written = reader.packets.length;
    await bus.publish({ channel: 'a', data: '0' });
    await nextTurn();
    expect(reader.packets).toHaveLength(written);
  });
});

/** One who is live on a channel, and takes no more. */
async function full(bus: MemoryBus, fanOut: FanOut): Promise<Probe> {
  const reader = open(fanOut, { a: 'now' });
  await greeted(reader);
  reader.room = false;
  await bus.publish({ channel: 'a', data: '0' });
  await nextTurn();
  return reader;
}

/** A log of two channels, one after the other, of which the last 600 messages each are kept. */
async function withTwoPasts(messages: number) {
  const bus = new MemoryBus({ epoch: 'e', retention: { count: 600 } });
  for (const channel of ['a', 'b']) {
    for (let index = 0; index < messages; index++) await bus.publish({ channel, data: '0' });
  }
  return { bus, ...fanOutOf(bus) };
}

function ack() {
  return { type: 'ack' } as const;
}

/**
 * One who is live on a channel, beside another one with a long past that 50 come to read: what these have read, and how much of it
 * each time that the live one was written to.
 */
async function besideALongPast() {
  const bus = new MemoryBus({ epoch: 'e' });
  const { fanOut } = fanOutOf(bus);
  const past = 900;
  for (let index = 0; index < past; index++) await bus.publish({ channel: 'past', data: '0' });
  const late: Probe[] = [];
  const readNow = () => late.map(messagesOf);
  const readBy: number[] = [];
  const write = () => {
    readBy.push(readNow().flat().length);
    return true;
  };
  open(fanOut, { a: 'now' }, countingFormat().format, null, { write });
  await waitUntil('its hello', () => readBy.length === 1);
  const comeLate = () => late.push(...Array.from({ length: 50 }, () => open(fanOut, { past: 'earliest' })));
  return { bus, comeLate, readNow, readBy, past };
}
