import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import type { PacketContent } from '../../transports/wire-format.js';
import { waitUntil } from '../support/wait-until.js';
import { countingFormat, fanOutOf, greeted, messagesOf, open } from './fan-out-probes.js';
import { SteppedBus } from './stepped-bus.js';

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
