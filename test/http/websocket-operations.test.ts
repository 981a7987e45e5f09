import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { PushError } from '../../transports/error.js';
import { waitUntil } from '../support/wait-until.js';
import { inExpress, type Site } from './site.js';
import { listenWebSocket } from './streams.js';

const bus = (count = 1_000) => new MemoryBus({ epoch: 'e', retention: { count } });

describe('operations on a WebSocket', () => {
  it('are answered with their keys', async () => {
    const site = await inExpress({ bus: bus() });
    site.gateway.handle('double', (params) => Number(params) * 2);
    const socket = await listenWebSocket(site.push);
    socket.send({ type: 'publish', channel: 'a', data: 1, key: 'p' });
    socket.send({ type: 'call', method: 'double', params: 21, key: 'c' });
    socket.send({ type: 'call', method: 'nothing', key: 'n' });
    socket.send({ type: 'publish', channel: '$health', data: 1, key: 'f' });
    await waitUntil('all answers', () => socket.records.length === 5);
    expect(socket.records.slice(1)).toEqual([
      { type: 'ack', key: 'p', id: 'e.1' },
      { type: 'reply', key: 'c', result: 42 },
      { type: 'error', key: 'n', code: 'METHOD_UNKNOWN', message: expect.stringContaining('gateway.handle') },
      { type: 'error', key: 'f', code: 'CHANNEL_INVALID', message: expect.stringContaining('$') },
    ]);
  });

  it('may come several in a frame, as lines or as an array, and have their effects in that order', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    const publish = (data: number) => ({ type: 'publish', channel: 'a', data });
    socket.send(publish(1), publish(2));
    socket.send([publish(3), publish(4)], publish(5));
    socket.socket.send('');
    socket.socket.send('\n \n');
    socket.send(publish(6));
    await waitUntil('all answers', () => socket.ofType('ack').length === 6);
    expect((await site.gateway.history('a')).map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(socket.ofType('ack').map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6].map((offset) => `e.${offset}`));
  });

  it('have their effects in that order, frame after frame, although the log is slow', async () => {
    const log = bus();
    const publish = log.publish.bind(log);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    log.publish = async (draft) => {
      if (draft.channel === 'a') await held;
      return publish(draft);
    };
    const site = await inExpress({ bus: log });
    const socket = await listenWebSocket(site.push);
    for (let index = 0; index < 200; index++) socket.send({ type: 'publish', channel: 'a', data: index });
    const other = await listenWebSocket(site.push);
    other.send({ type: 'publish', channel: 'b', data: 1 });
    await other.first('ack');
    expect(await site.gateway.history('a')).toEqual([]);
    letGo();
    await waitUntil('all answers', () => socket.ofType('ack').length === 200);
    expect((await site.gateway.history('a', { limit: 300 })).map(({ data }) => data)).toEqual(
      Array.from({ length: 200 }, (_, index) => index),
    );
  });

  it('that publish are begun while those before them are on their way into the log; others wait for them', async () => {
    const log = bus();
    const publish = log.publish.bind(log);
    const waiting: (() => void)[] = [];
    log.publish = async (draft) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return publish(draft);
    };
    const site = await inExpress({ bus: log });
    let calls = 0;
    site.gateway.handle('count', () => ++calls);
    const socket = await listenWebSocket(site.push);
    const one = (key: string) => ({ type: 'publish', channel: 'a', data: key, key });
    socket.send(one('p1'));
    socket.send(one('p2'), one('p3'));
    socket.send({ type: 'call', method: 'count', key: 'c' });
    socket.send({ type: 'subscribe', channels: ['a'], key: 's' });
    socket.send(one('p4'), { type: 'nonsense', key: 'n' });
    await waitUntil('three messages to be on their way', () => waiting.length === 3);
    // The answer to a frame waits for those to earlier ones, although its messages are there first.
    for (const letGo of waiting.splice(1)) letGo();
    await sleep(20);
    expect([calls, socket.ofType('ack'), waiting.length]).toEqual([0, [], 1]);
    waiting.shift()?.();
    await waitUntil('the fourth to be on its way', () => waiting.length === 1);
    expect(socket.ofType('error')).toEqual([]);
    waiting.shift()?.();
    await waitUntil('all answers', () => socket.ofType('error').length === 1);
    expect(socket.ofType('ack').map(({ key, id }) => [key, id])).toEqual([
      ['p1', 'e.3'],
      ['p2', 'e.1'],
      ['p3', 'e.2'],
      ['s', undefined],
      ['p4', 'e.4'],
    ]);
    expect(calls).toBe(1);
    expect(socket.data).toEqual(['p4']);
  });

  it('may refuse what is published, in its place', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    socket.send({ type: 'publish', channel: 'a', data: 1, key: '1' });
    socket.socket.send('no JSON');
    socket.send({ type: 'publish', channel: 'a', data: 1, key: '2' }, { type: 'publish', channel: '$', key: '3' });
    await waitUntil('all answers', () => socket.records.length === 5);
    expect(socket.records.slice(1)).toMatchObject([
      { key: '1', id: 'e.1' },
      { code: 'JSON_INVALID' },
      { key: '2', id: 'e.2' },
      { key: '3', code: 'CHANNEL_INVALID' },
    ]);
  });

  /** A method whose calls are answered, with the number of the call, when they are let go. */
  function slow(site: Site) {
    const waiting: (() => void)[] = [];
    site.gateway.handle('slow', () => {
      const number = waiting.length;
      return new Promise((resolve) => waiting.push(() => resolve(number)));
    });
    return waiting;
  }

  it('do not wait for a call, and its answer comes when it is there', async () => {
    const site = await inExpress({ bus: bus() });
    const waiting = slow(site);
    const socket = await listenWebSocket(site.push);
    const call = (key: string) => ({ type: 'call', method: 'slow', key });
    socket.send(
      { type: 'publish', channel: 'a', data: 1, key: 'p1' },
      call('c1'),
      { type: 'publish', channel: 'a', data: 2, key: 'p2' },
      call('c2'),
    );
    socket.send({ type: 'subscribe', channels: ['a'], since: 'earliest', key: 's' });
    socket.send({ type: 'publish', channel: 'a', data: 3, key: 'p3' });
    expect(await socket.dataOf(3)).toEqual([1, 2, 3]);
    await waitUntil('the other answers', () => socket.ofType('ack').length === 4);
    expect(socket.ofType('ack').map(({ key }) => key)).toEqual(['p1', 'p2', 's', 'p3']);
    expect(socket.ofType('reply')).toEqual([]);
    waiting[1]?.();
    await waitUntil('the second call', () => socket.ofType('reply').length === 1);
    waiting[0]?.();
    await waitUntil('the first call', () => socket.ofType('reply').length === 2);
    expect(socket.ofType('reply')).toEqual([
      { type: 'reply', key: 'c2', result: 1 },
      { type: 'reply', key: 'c1', result: 0 },
    ]);
    expect(socket.frames.at(-1)).toBe('{"type":"reply","key":"c1","result":0}');
  });

  it('that repeat the key of a call under way get its answer, and it is made once', async () => {
    const site = await inExpress({ bus: bus() });
    const waiting = slow(site);
    const [one, two] = [await listenWebSocket(site.push, '?client=me'), await listenWebSocket(site.push, '?client=me')];
    const call = { type: 'call', method: 'slow', key: 'k' };
    one.send(call, call);
    one.send(call);
    two.send(call);
    // What comes behind is done, so that those have been begun.
    for (const socket of [one, two]) {
      socket.send({ type: 'publish', channel: 'a', data: 1 });
      await socket.first('ack');
    }
    expect(waiting).toHaveLength(1);
    waiting[0]?.();
    await waitUntil('all answers', () => one.ofType('reply').length === 3 && two.ofType('reply').length === 1);
    expect(new Set([...one.ofType('reply'), ...two.ofType('reply')].map(({ result }) => result))).toEqual(new Set([0]));
  });

  it.each([
    ['by number', 32, 'x'],
    ['by bytes', 3, 'x'.repeat(1_200_000)],
  ])('have so many calls under way and no more: %s', async (_how, most, params) => {
    const site = await inExpress({ bus: bus() });
    const waiting = slow(site);
    const socket = await listenWebSocket(site.push);
    const other = await listenWebSocket(site.push);
    for (let index = 0; index < most + 2; index++) socket.send({ type: 'call', method: 'slow', params });
    socket.send({ type: 'publish', channel: 'a', data: 1 });
    await waitUntil('the calls', () => waiting.length === most);
    // Another one's calls are counted apart.
    other.send({ type: 'call', method: 'slow' });
    await waitUntil('the other call', () => waiting.length === most + 1);
    expect(await site.gateway.history('a')).toEqual([]);
    for (let done = 0; done < most + 3; done++) {
      const letGo = await waitUntil('the next call', () => waiting[done]);
      letGo();
    }
    await socket.first('ack');
    await waitUntil('all answers', () => socket.ofType('reply').length === most + 2);
  });

  it('may be many and slow: a client that waits for its answers is not taken for dead', async () => {
    const site = await inExpress({ bus: bus(), heartbeatMs: 50 });
    const waiting: (() => void)[] = [];
    let open = false;
    site.gateway.handle('slow', () => new Promise<void>((resolve) => (open ? resolve() : waiting.push(resolve))));
    const clock = await listenWebSocket(site.push);
    const socket = await listenWebSocket(site.push);
    for (let index = 0; index < 200; index++) socket.send({ type: 'call', method: 'slow' });
    await waitUntil('many heartbeats', () => clock.ofType('heartbeat').length > 8);
    open = true;
    for (const letGo of waiting) letGo();
    await waitUntil('all answers', () => socket.ofType('reply').length === 200);
    expect(socket.over).toBe(false);
  });

  it('subscribe and unsubscribe, and the answer stands in its place among the messages', async () => {
    const site = await inExpress({ bus: bus() });
    for (const data of [1, 2, 3]) await site.gateway.publish('a', data);
    const socket = await listenWebSocket(site.push);
    socket.send({ type: 'subscribe', channels: ['a'], since: 'e.1', key: 's' });
    await socket.dataOf(2);
    socket.send({ type: 'subscribe', channel: 'b', key: 't' });
    await waitUntil('both answers', () => socket.ofType('ack').length === 2);
    await site.gateway.publish('b', 4);
    await socket.dataOf(3);
    socket.send({ type: 'unsubscribe', channels: ['a', 'never'], key: 'u' });
    await waitUntil('all answers', () => socket.ofType('ack').length === 3);
    await site.gateway.publish('a', 5);
    await site.gateway.publish('b', 6);
    await socket.dataOf(4);
    expect(socket.records.slice(1)).toEqual([
      { type: 'ack', key: 's', channels: ['a'], head: 'e.3' },
      { id: 'e.2', channel: 'a', data: 2 },
      { id: 'e.3', channel: 'a', data: 3 },
      { type: 'ack', key: 't', channels: ['a', 'b'], head: 'e.3' },
      { id: 'e.4', channel: 'b', data: 4 },
      { type: 'ack', key: 'u', channels: ['b'] },
      { id: 'e.6', channel: 'b', data: 6 },
    ]);
  });

  it('may subscribe again from further back, and get it again', async () => {
    const site = await inExpress({ bus: bus() });
    for (const data of [1, 2]) await site.gateway.publish('a', data);
    const socket = await listenWebSocket(site.push, '?channel=a&since=e.1');
    expect(await socket.dataOf(1)).toEqual([2]);
    socket.send({ type: 'subscribe', channels: ['a', 'a'], since: 'earliest' });
    expect(await socket.dataOf(3)).toEqual([2, 1, 2]);
    await site.gateway.publish('a', 3);
    expect(await socket.dataOf(4)).toEqual([2, 1, 2, 3]);
  });

  it('may leave no channel at all, and take some again', async () => {
    const site = await inExpress({ bus: bus(), heartbeatMs: 40 });
    const socket = await listenWebSocket(site.push, '?channel=a');
    socket.send({ type: 'unsubscribe', channels: ['a'] });
    expect(await socket.first('ack')).toEqual({ type: 'ack', channels: [] });
    await socket.first('heartbeat');
    socket.send({ type: 'subscribe', channels: ['b'] });
    await waitUntil('the answer', () => socket.ofType('ack').length === 2);
    await site.gateway.publish('a', 1);
    await site.gateway.publish('b', 2);
    expect(await socket.dataOf(1)).toEqual([2]);
  });

  it('that come before the hello was read are answered after it', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    socket.send({ type: 'subscribe', channels: ['a'], since: 'earliest' });
    await socket.first('ack');
    expect(socket.records.map((record) => ('type' in record ? record.type : 'message'))).toEqual(['hello', 'ack']);
  });

  it('that come while the log is still being read are answered after the hello', async () => {
    const slow = bus();
    const read = slow.read.bind(slow);
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    slow.read = async (request) => {
      await gate;
      return read(request);
    };
    await slow.publish({ channel: 'a', data: '1' });
    const site = await inExpress({ bus: slow });
    site.gateway.handle('double', (params) => Number(params) * 2);
    const socket = await listenWebSocket(site.push, '?channel=a&since=e.0');
    socket.send({ type: 'call', method: 'double', params: 21, key: 'c' });
    socket.socket.send('no json');
    await sleep(100);
    expect(socket.records).toEqual([]);
    open();
    await waitUntil('all', () => socket.records.length === 4);
    const types = socket.records.map((record) => ('type' in record ? record.type : 'message'));
    // A call runs beside what comes after it.
    expect([types.slice(0, 2), types.slice(2).sort()]).toEqual([
      ['hello', 'message'],
      ['error', 'reply'],
    ]);
  });

  it('cannot subscribe to more channels than a connection may have', async () => {
    const site = await inExpress({ bus: bus(), limits: { channels: 3 } });
    const socket = await listenWebSocket(site.push, '?channel=a&channel=b');
    socket.send({ type: 'subscribe', channels: ['a', 'b', 'c'], key: '1' });
    socket.send({ type: 'subscribe', channels: ['c', 'd'], key: '2' });
    expect(await socket.first('error')).toMatchObject({ code: 'CHANNELS_TOO_MANY', key: '2' });
    expect(await socket.first('ack')).toMatchObject({ channels: ['a', 'b', 'c'], key: '1' });
  });

  it('of no channel at all change nothing and are refused', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push, '?channel=a');
    socket.send({ type: 'subscribe', channels: [], key: '1' }, { type: 'unsubscribe', channels: [], key: '2' });
    await waitUntil('both', () => socket.ofType('error').length === 2);
    for (const error of socket.ofType('error')) expect(error).toMatchObject({ code: 'OPERATION_INVALID' });
    await site.gateway.publish('a', 1);
    expect(await socket.dataOf(1)).toEqual([1]);
  });

  it('that cannot be read get an error, and the connection goes on', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    const frames = [
      'not json',
      '[1,2',
      '"text"',
      '1',
      'null',
      '{}',
      '{"type":"__proto__"}',
      '{"type":"hello"}',
      '[[]]',
    ];
    for (const frame of frames) socket.socket.send(frame);
    await waitUntil('an error for each', () => socket.ofType('error').length === frames.length);
    for (const { code } of socket.ofType('error')) expect(['JSON_INVALID', 'OPERATION_INVALID']).toContain(code);
    socket.send({ type: 'publish', channel: 'a', data: 1, key: 'k' });
    expect(await socket.first('ack')).toEqual({ type: 'ack', key: 'k', id: 'e.1' });
  });

  it('are not performed, none of the frame, when one of its lines cannot be read', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    const publish = (key: string) => JSON.stringify({ type: 'publish', channel: 'a', data: key, key });
    socket.socket.send([publish('1'), 'not json', publish('2')].join('\n'));
    socket.socket.send(publish('3'));
    await socket.first('ack');
    expect(socket.records.slice(1)).toEqual([
      { type: 'error', code: 'JSON_INVALID', message: expect.any(String) },
      { type: 'ack', key: '3', id: 'e.1' },
    ]);
    expect((await site.gateway.history('a')).map(({ data }) => data)).toEqual(['3']);
  });

  it('get the error that a method throws, and no more than that it failed for other errors', async () => {
    const site = await inExpress({ bus: bus() });
    site.gateway.handle('refuse', () => {
      throw new PushError('CODE_WRONG', 'Type the six digits again.');
    });
    site.gateway.handle('break', () => {
      throw new TypeError('secret');
    });
    const socket = await listenWebSocket(site.push);
    socket.send({ type: 'call', method: 'refuse', key: '1' }, { type: 'call', method: 'break', key: '2' });
    await waitUntil('both', () => socket.ofType('error').length === 2);
    expect(socket.ofType('error')).toEqual([
      { type: 'error', key: '1', code: 'CODE_WRONG', message: 'Type the six digits again.' },
      { type: 'error', key: '2', code: 'CALL_FAILED', message: expect.not.stringContaining('secret') },
    ]);
    expect(site.errors).toEqual([new TypeError('secret')]);
  });

  it('may be echoed to others only', async () => {
    const site = await inExpress({ bus: bus() });
    const [mine, other] = [
      await listenWebSocket(site.push, '?channel=a&client=me'),
      await listenWebSocket(site.push, '?channel=a&client=you'),
    ];
    await mine.first('hello');
    await other.first('hello');
    mine.send({ type: 'publish', channel: 'a', data: 1, echo: false }, { type: 'publish', channel: 'a', data: 2 });
    expect(await other.dataOf(2)).toEqual([1, 2]);
    expect(await mine.dataOf(1)).toEqual([2]);
  });
});
