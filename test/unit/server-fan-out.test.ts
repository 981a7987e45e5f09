import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Bus } from '../../server/bus/bus.js';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import type { Downlink } from '../../server/downlink.js';
import { FanOut } from '../../server/fan-out.js';
import type { FanOutOptions } from '../../server/node-log.js';
import type { Position } from '../../transports/position.js';
import type { Sink } from '../../transports/server-transport.js';
import type { PacketContent, WireFormat } from '../../transports/wire-format.js';
import { waitUntil } from '../support/wait-until.js';
import { SteppedBus } from './stepped-bus.js';

/** What a sink was given, and what it says to it. */
interface Probe {
  readonly packets: PacketContent[];
  room: boolean;
  ended: number;
  bye: string | null;
  readonly downlink: Downlink;
}

const opened: FanOut[] = [];
afterEach(async () => {
  for (const fanOut of opened.splice(0)) {
    await fanOut.close('over', 1);
    await fanOut.bus.close();
  }
});

function fanOutOf(bus: Bus, options: Partial<FanOutOptions> = {}) {
  const errors: unknown[] = [];
  const fanOut = new FanOut(bus, {
    heartbeatMs: 3_600_000,
    stalledMs: 3_600_000,
    latestOnly: [],
    ...options,
    hello: (at) => ({ type: 'hello', ...at, heartbeatMs: 1, limits: { messageBytes: 1, channels: 1 }, transports: [] }),
    failed: (error) => errors.push(error),
  });
  opened.push(fanOut);
  return { fanOut, errors };
}

/** Counts how often a message and a packet are made. */
function countingFormat(name = 'counting') {
  const made = { messages: 0, packets: 0 };
  const format: WireFormat<unknown> = {
    name,
    message: ({ json }) => {
      made.messages++;
      return json;
    },
    packet: (content) => {
      made.packets++;
      return content;
    },
  };
  return { format, made };
}

function open(
  fanOut: FanOut,
  channels: Record<string, Position>,
  format: WireFormat<unknown> = countingFormat().format,
  name: string | null = null,
  more: Partial<Sink<unknown>> = {},
): Probe {
  const state = { packets: [] as PacketContent[], room: true, ended: 0, bye: null as string | null };
  const downlink = fanOut.open(
    { channels: new Map(Object.entries(channels)), client: name },
    {
      format,
      write: (packet) => {
        state.packets.push(packet as PacketContent);
        return state.room;
      },
      end: ({ reason }) => {
        state.bye = reason;
        downlink.closed();
      },
      ...more,
    },
    () => {
      state.ended++;
    },
  );
  return Object.assign(state, { downlink });
}

function messagesOf(probe: Probe): string[] {
  return probe.packets.flatMap(({ messages }) => messages.map((text) => JSON.parse(text).id));
}

async function greeted(...probes: Probe[]): Promise<void> {
  await waitUntil('a hello for everyone', () => probes.every(({ packets }) => packets.length > 0));
}

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
    const reader = open(fanOut, { a: 'now' });
    await greeted(reader);
    reader.room = false;
    await bus.publish({ channel: 'a', data: '0' });
    await nextTurn();
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

describe('a downlink', () => {
  it('gets a heartbeat when it is quiet, with a cursor that covers what was sent', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus, { heartbeatMs: 40 });
    const reader = open(fanOut, { a: 'now' });
    await bus.publish({ channel: 'other', data: '0' });
    const beat = await waitUntil('a heartbeat', () =>
      reader.packets.flatMap(({ controls }) => controls).find(({ type }) => type === 'heartbeat'),
    );
    expect(beat).toEqual({ type: 'heartbeat', cursor: 'e.1' });
  });

  it('without any channel is greeted, and can take channels later', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus);
    const reader = open(fanOut, {});
    await greeted(reader);
    await bus.publish({ channel: 'a', data: '0' });
    await reader.downlink.subscribe(new Map([['a', 'earliest']]), (head) => ({ type: 'ack', head }));
    await waitUntil('the message', () => messagesOf(reader).length === 1);
    await reader.downlink.unsubscribe(['a'], () => ({ type: 'ack' }));
    await bus.publish({ channel: 'a', data: '0' });
    await nextTurn();
    expect(messagesOf(reader)).toEqual(['e.1']);
  });

  it('that was opened when everything was closed already gets its bye as well', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus);
    await fanOut.close('over', 1);
    const reader = open(fanOut, { a: 'now' });
    await waitUntil('the bye', () => reader.bye);
    expect(reader).toMatchObject({ bye: 'over', ended: 1, packets: [] });
  });

  it('for one answer whose time is up before the log was read answers as soon as it is', async () => {
    const bus = new SteppedBus(new MemoryBus({ epoch: 'e' }));
    const { fanOut } = fanOutOf(bus);
    const packets: unknown[] = [];
    const { format } = countingFormat();
    const sink = { format, write: (packet: unknown) => packets.push(packet) > 0, end: () => undefined, single: true };
    const downlink = fanOut.open({ channels: new Map([['a', 'now']]), client: null }, sink, () => undefined);
    downlink.flush();
    expect(packets).toEqual([]);
    await waitUntil('the answer', () => {
      bus.pass(0);
      return packets.length > 0;
    });
    expect(packets).toEqual([{ controls: [], messages: [], cursor: 'e.0' }]);
    downlink.closed();
  });

  it('never answers with a cursor before its own, although this node has not heard of the log so far', async () => {
    const bus = new SteppedBus(new MemoryBus({ epoch: 'e' }));
    const { fanOut } = fanOutOf(bus);
    const passing = (what: string, ask: () => boolean) =>
      waitUntil(what, () => {
        bus.pass(0);
        return ask();
      });
    let isReady = false;
    void fanOut.ready().then(() => {
      isReady = true;
    });
    await passing('the beginning', () => isReady);
    for (let index = 0; index < 3; index++) await bus.publish({ channel: 'b', data: '0' });
    const packets: PacketContent[] = [];
    const { format } = countingFormat();
    const write = (packet: unknown) => packets.push(packet as PacketContent) > 0;
    const sink = { format, write, end: () => undefined, single: true };
    const downlink = fanOut.open({ channels: new Map([['a', 'e.3']]), client: null }, sink, () => undefined);
    await passing('the answer', () => {
      downlink.flush();
      return packets.length > 0;
    });
    expect(packets[0]?.cursor).toBe('e.3');
    downlink.closed();
  });

  it('for one answer gives what was kept of it to nobody who would be given more', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus);
    await fanOut.ready();
    // A page for itself, with nothing in it for its author.
    await bus.publish({ channel: 'a', data: JSON.stringify('x'.repeat(256 * 1024)), except: 'author' });
    await bus.publish({ channel: 'a', data: '0' });
    const { format } = countingFormat();
    const author = open(fanOut, { a: 'e.0' }, format, 'author', { single: true });
    await greeted(author);
    expect(messagesOf(author)).toEqual(['e.2']);
    const stranger = open(fanOut, { a: 'e.0' }, format, 'stranger', { single: true });
    await greeted(stranger);
    expect(messagesOf(stranger)[0]).toBe('e.1');
  });

  it('ends with a bye when the log cannot be read', async () => {
    class Broken extends MemoryBus {
      override async read(): Promise<never> {
        throw new Error('the engine is gone');
      }
    }
    const { fanOut, errors } = fanOutOf(new Broken());
    const reader = open(fanOut, { a: 'now' });
    await waitUntil('the bye', () => reader.bye);
    expect(reader.ended).toBe(1);
    expect(errors).toEqual([new Error('the engine is gone')]);
  });

  it('holds nothing of a publisher that never lets the event loop turn', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const { fanOut } = fanOutOf(bus);
    const reader = open(fanOut, { a: 'now' });
    await greeted(reader);
    const data = JSON.stringify('x'.repeat(64 * 1024));
    for (let index = 0; index < 20; index++) await bus.publish({ channel: 'a', data });
    expect(messagesOf(reader).length).toBeGreaterThan(12);
  });
});
