import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { waitUntil } from '../support/wait-until.js';
import { bareWebSocket, frame } from './bare-frames.js';
import { afterwards, deserted, inExpress, metric } from './site.js';
import { listenWebSocket } from './streams.js';

const bus = () => new MemoryBus({ epoch: 'e' });

/** Ten times sends a frame of 4 MB, and reports with which codes the gateway closed. */
const PEER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { WebSocket } = require('ws');
  const close = () => new Promise((resolve) => {
    const socket = new WebSocket(workerData);
    socket.on('open', () => socket.send('x'.repeat(4_000_000)));
    socket.on('error', () => undefined);
    socket.on('close', resolve);
  });
  (async () => {
    const codes = [];
    for (let round = 0; round < 10; round++) codes.push(await close());
    parentPort.postMessage(codes);
  })();
`;

describe('a frame', () => {
  it('that is binary closes with a code that means not to try again', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    socket.socket.send(Buffer.from('{"type":"publish","channel":"a","data":1}'));
    socket.send({ type: 'publish', channel: 'a', data: 2 });
    await waitUntil('the close', () => socket.over);
    expect(socket.code).toBe(4400);
    expect(socket.reason).toContain('text');
    expect(await site.gateway.history('a')).toEqual([]);
    await deserted(site.push);
  });

  it('that is too large closes with 1009', async () => {
    const site = await inExpress({ bus: bus(), limits: { bodyBytes: 10_000 } });
    for (const size of [10_001, 50_000_000]) {
      const socket = await listenWebSocket(site.push);
      socket.socket.send('x'.repeat(size));
      await waitUntil('the close', () => socket.over);
      expect(socket.code).toBe(1009);
    }
    await deserted(site.push);
  });

  it('that is too large closes with 1009 for a peer that is busy sending it', async () => {
    const site = await inExpress({ bus: bus(), limits: { bodyBytes: 10_000 } });
    // In an event loop of its own, the peer is in the middle of its frame when the close frame comes.
    const peer = new Worker(PEER, { eval: true, workerData: `${site.push.replace('http', 'ws')}/websocket` });
    afterwards(() => peer.terminate());
    const [codes] = await once(peer, 'message');
    expect(codes).toEqual(Array(10).fill(1009));
    await deserted(site.push);
  });

  it('that only says how large it will be closes with 1009', async () => {
    const site = await inExpress({ bus: bus() });
    const { socket, closed } = await bareWebSocket(site.push);
    socket.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]));
    expect(await closed()).toBe(1009);
    await deserted(site.push);
  });

  it.each([
    ['fragments', frame(1, Buffer.from('['), false)],
    ['a frame', frame(1, Buffer.alloc(60_000, 32)).subarray(0, 1_000)],
    ['a header', frame(1, Buffer.alloc(1_000, 32)).subarray(0, 3)],
  ])('that has begun with %s and does not end closes with 1008, after the time that a body has', async (_, begun) => {
    const site = await inExpress({ bus: bus(), heartbeatMs: 1_000, bodyTimeoutMs: 400 });
    const { socket, closed } = await bareWebSocket(site.push);
    const whole = frame(1, Buffer.from('{"type":"publish","channel":"a","data":1}'));
    socket.write(Buffer.concat([whole, begun]));
    // Between fragments there may be answers to pings.
    const alive = setInterval(() => socket.write(begun.length < 10 ? frame(10, Buffer.alloc(0)) : begun), 50);
    afterwards(() => clearInterval(alive));
    expect(await closed()).toBe(1008);
    expect(await site.gateway.history('a')).toHaveLength(1);
    expect(await metric(site.push, 'pushgate_refusals_total', 'BODY_TIMEOUT')).toBe(1);
    await deserted(site.push);
  });

  it('that takes long is waited for as long as some of it comes, and no other is held against its sender', async () => {
    const site = await inExpress({ bus: bus(), heartbeatMs: 100, bodyTimeoutMs: 1_000 });
    const { socket } = await bareWebSocket(site.push);
    const one = frame(1, Buffer.from(`{"type":"publish","channel":"a","data":"${'x'.repeat(10_000)}"}`));
    const bytes = Buffer.concat([one, one, one]);
    const step = 700;
    for (let at = 0; at < bytes.length; at += step) {
      socket.write(bytes.subarray(at, at + step));
      await sleep(40);
    }
    await waitUntil('all three', async () => (await site.gateway.history('a')).length === 3);
    socket.destroy();
  });

  it('that is a compression bomb closes with 1002, as nobody has agreed to inflate it', async () => {
    const site = await inExpress({ bus: bus() });
    const offer = { 'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits' };
    const { socket, closed, head } = await bareWebSocket(site.push, offer);
    expect(head.has('sec-websocket-extensions')).toBe(false);
    // 60 MB in 60 kB.
    const bomb = frame(1, deflateRawSync(Buffer.alloc(60_000_000, ' ')));
    // The bit that says that it is compressed (RFC 7692, section 6).
    bomb.writeUInt8(bomb.readUInt8(0) | 0x40, 0);
    socket.write(bomb);
    expect(await closed()).toBe(1002);
    expect(await metric(site.push, 'pushgate_refusals_total', 'code="BAD_REQUEST"')).toBe(1);
    await deserted(site.push);
  });

  it('in 131,000 unfinished fragments of one byte is cut off long before', async () => {
    const site = await inExpress({ bus: bus() });
    const { socket, closed } = await bareWebSocket(site.push);
    socket.write(frame(1, Buffer.from('['), false));
    const some = Buffer.concat(Array.from({ length: 1_000 }, () => frame(0, Buffer.from(' '), false)));
    for (let sent = 0; sent < 131 && !socket.destroyed; sent++) socket.write(some);
    expect([1008, 1009]).toContain(await closed());
    await deserted(site.push);
  });

  it.each([
    ['invalid UTF-8', 1, Buffer.from([0xff, 0xfe]), 1007],
    ['an unknown opcode', 3, Buffer.from('x'), 1002],
    ['a continuation of nothing', 0, Buffer.from('x'), 1002],
  ])('with %s closes with the code of the protocol', async (_what, opcode, payload, code) => {
    const site = await inExpress({ bus: bus() });
    const { socket, closed } = await bareWebSocket(site.push);
    socket.write(frame(opcode, payload));
    expect(await closed()).toBe(code);
    await deserted(site.push);
  });

  it.each([
    ['binary', frame(2, Buffer.from('x')), 'BAD_REQUEST'],
    ['invalid UTF-8', frame(1, Buffer.from([0xff, 0xfe])), 'BAD_REQUEST'],
    ['of an unknown opcode', frame(3, Buffer.from('x')), 'BAD_REQUEST'],
    ['too large', frame(1, Buffer.alloc(10_001)), 'TOO_LARGE'],
  ])('that is %s is counted as refused, and logged', async (_what, bytes, code) => {
    const lines: object[] = [];
    const debug = (fields: object, message: string) => lines.push({ ...fields, message });
    const logger = { debug, info: debug, warn: debug, error: debug };
    const site = await inExpress({ bus: bus(), limits: { bodyBytes: 10_000 }, logger });
    const { socket, closed } = await bareWebSocket(site.push);
    socket.write(Buffer.concat([bytes, bytes]));
    await closed();
    await deserted(site.push);
    expect(await metric(site.push, 'pushgate_refusals_total', `code="${code}"`)).toBe(1);
    expect(await metric(site.push, 'pushgate_refusals_total')).toBe(1);
    expect(lines).toContainEqual({ code, method: 'GET', path: '/websocket', message: 'refused' });
  });

  it('of an end that is in order, or is cut, is not counted as refused', async () => {
    const site = await inExpress({ bus: bus() });
    const [cut, ended] = [await bareWebSocket(site.push), await bareWebSocket(site.push)];
    cut.socket.resetAndDestroy();
    ended.socket.write(frame(8, Buffer.from([3, 0xe8])));
    await deserted(site.push);
    expect(await metric(site.push, 'pushgate_refusals_total')).toBe(0);
  });

  it('that is broken ends only its own connection', async () => {
    const site = await inExpress({ bus: bus() });
    const other = await listenWebSocket(site.push, '?channel=a');
    await other.first('hello');
    const { socket, closed } = await bareWebSocket(site.push);
    socket.write(Buffer.alloc(1_000, 0xff));
    expect(await closed()).toBe(1002);
    await site.gateway.publish('a', 1);
    expect(await other.dataOf(1)).toEqual([1]);
    expect(site.errors).toEqual([]);
  });

  it('of a million empty lines, or of a million values, is answered like any other', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    socket.socket.send('\n'.repeat(1_000_000));
    socket.socket.send('1\n'.repeat(1_000_000));
    expect(await socket.first('error')).toMatchObject({ code: 'OPERATION_INVALID' });
    socket.send({ type: 'publish', channel: 'a', data: 1, key: 'k' });
    expect(await socket.first('ack')).toMatchObject({ key: 'k' });
  });
});

describe('a client that sends and never reads the answers', () => {
  it('is not read any further, and nothing piles up for it', async () => {
    const site = await inExpress({ bus: bus(), limits: { history: 1_000 } });
    let calls = 0;
    const answer = 'x'.repeat(100_000);
    site.gateway.handle('large', () => {
      calls++;
      return answer;
    });
    const socket = new WebSocket(`${site.push.replace('http', 'ws')}/websocket`);
    afterwards(() => socket.terminate());
    await new Promise((resolve) => socket.once('open', resolve));
    socket.pause();
    for (let index = 0; index < 20_000; index++) socket.send('{"type":"call","method":"large"}');
    let before = -1;
    await waitUntil('the calls to stop', async () => {
      const still = calls > 0 && calls === before;
      before = calls;
      await sleep(100);
      return still;
    });
    // What fits into the sockets' buffers on both sides, which the system may grow to a few megabytes.
    expect(calls).toBeLessThan(500);
    await site.gateway.publish('a', 1);
    socket.resume();
    await waitUntil('the calls to go on', () => calls > before + 100, { timeoutMs: 60_000 });
  }, 120_000);
});

describe('a client that sends more than is done for it', () => {
  it('is read only some frames ahead', async () => {
    const site = await inExpress({ bus: bus() });
    const waiting: (() => void)[] = [];
    let open = false;
    site.gateway.handle('slow', () => new Promise<void>((resolve) => (open ? resolve() : waiting.push(resolve))));
    const socket = await listenWebSocket(site.push);
    const frames = 1_000;
    const size = 64 * 1024;
    for (let index = 0; index < frames; index++)
      socket.send({ type: 'call', method: 'slow', params: 'x'.repeat(size) });
    await waitUntil('the method to run', () => waiting.length > 0);
    // Until nothing more of it is read, although another client is served again and again.
    const other = await listenWebSocket(site.push);
    for (let served = 1, left = 0, still = 0; still < 30; served++) {
      other.send({ type: 'publish', channel: 'a', data: served });
      await waitUntil('an answer', () => other.ofType('ack').length === served, { everyMs: 1 });
      still = socket.socket.bufferedAmount === left ? still + 1 : 0;
      left = socket.socket.bufferedAmount;
    }
    // What waits at the sender is what was not read: all but a hundred frames and what the system buffers.
    expect(socket.socket.bufferedAmount).toBeGreaterThan((frames / 2) * size);
    expect(waiting.length).toBeLessThan(100);
    open = true;
    for (const letGo of waiting) letGo();
    await waitUntil('all answers', () => socket.ofType('reply').length === frames, { timeoutMs: 60_000 });
  }, 120_000);
});
