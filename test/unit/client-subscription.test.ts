import { describe, expect, it } from '@jest/globals';
import { isAfter } from '../../transports/cursor.js';
import type { Json } from '../../transports/record.js';
import { FakeHalf, hello, settled } from '../support/fake-environment.js';
import { client, message, opened } from './client-over-fakes.js';

describe('a subscription', () => {
  it('shares one connection with the others of the same turn', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a');
    push.subscribe('b', { since: 'earliest' });
    await settled();
    expect(one.links).toHaveLength(1);
    expect(one.last.query.getAll('channel')).toEqual(['a', 'b']);
    expect(one.last.query.get('since.b') ?? one.last.query.get('since')).toBe('earliest');
  });

  it('may have its options where a handler would stand, or behind one that is left out', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a', undefined, { since: 'log.7' });
    push.subscribe('b', () => undefined, { since: 'log.8' });
    await settled();
    const { query } = one.last;
    expect([query.get('since.a') ?? query.get('since'), query.get('since.b') ?? query.get('since')]).toEqual([
      'log.7',
      'log.8',
    ]);
  });

  it('is ready when a connection carries it', async () => {
    const one = new FakeHalf('one');
    const { push, told } = client([one]);
    const chat = push.subscribe('chat');
    await settled();
    one.receive(hello());
    await chat.ready;
    expect(push.transport).toBe('one');
    expect(told).toEqual(['connecting', 'null to one', 'open']);
  });

  it('calls the handler as messages arrive, each once', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    const got: Json[] = [];
    push.subscribe('chat', ({ data }) => got.push(data));
    await settled();
    one.receive(hello(), message(1), message(2), message(2), message(1), message(3));
    expect(got).toEqual([1, 2, 3]);
  });

  it('goes on when a handler throws, and says so', async () => {
    const one = new FakeHalf('one');
    const { push, told } = client([one]);
    const got: Json[] = [];
    push.subscribe('chat', ({ data }) => {
      got.push(data);
      if (data === 1) throw new Error('mine');
    });
    await settled();
    one.receive(hello(), message(1), message(2));
    expect(got).toEqual([1, 2]);
    expect(told).toContain('HANDLER_FAILED');
  });

  it('can be read with a loop, which ends when it is closed', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    const chat = push.subscribe('chat');
    await settled();
    one.receive(hello(), message(1), message(2));
    const got: Json[] = [];
    for await (const { data } of chat) {
      got.push(data);
      if (data === 2) queueMicrotask(() => one.receive(message(3)));
      if (data === 3) chat.close();
    }
    expect(got).toEqual([1, 2, 3]);
  });

  it('closes when its loop is left, and the connection with the last one', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    const chat = push.subscribe('chat');
    await settled();
    one.receive(hello(), message(1));
    for await (const _ of chat) break;
    await settled();
    expect(chat.isClosed).toBe(true);
    expect(one.openCount).toBe(0);
    expect(push.state).toBe('idle');
  });

  it('answers several calls of its iterator in their order, and settles them all at its end', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    const chat = push.subscribe('chat');
    const iterator = chat[Symbol.asyncIterator]();
    const results = [1, 2, 3, 4].map(() => iterator.next());
    await settled();
    one.receive(hello(), message(1), message(2));
    await settled();
    chat.close();
    const got = (await Promise.all(results)).map((result) => (result.done ? 'end' : result.value.data));
    expect(got).toEqual([1, 2, 'end', 'end']);
  });

  it.each<unknown>([null, 5, 'earliest'])('refuses %j as options', (options) => {
    const { push } = client([new FakeHalf('one')]);
    const refused = expect.objectContaining({ code: 'BAD_REQUEST' });
    expect(() => push.subscribe('chat', options as object)).toThrow(refused);
    expect(() => push.subscribe('chat', () => {}, options as object)).toThrow(refused);
  });

  it('ends a loop that falls too far behind with an error, after what it had', async () => {
    const { one, first: chat } = await opened('chat');
    for (let offset = 1; offset <= 10_001; offset++) one.receive(message(offset));
    let count = 0;
    const loop = async () => {
      for await (const _ of chat) count += 1;
    };
    await expect(loop()).rejects.toMatchObject({ code: 'BUFFER_FULL' });
    expect(count).toBe(10_000);
  });

  it('with a replay of a channel that is live repeats nothing to the first', async () => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push } = client([one]);
    const first: Json[] = [];
    const second: Json[] = [];
    push.subscribe('chat', ({ data }) => first.push(data));
    await settled();
    one.receive(hello('log.2'), message(3));
    push.subscribe('chat', ({ data }) => second.push(data), { since: 'earliest' });
    await settled();
    expect(one.links).toHaveLength(2);
    expect(one.last.query.get('since')).toBe('log.0');
    one.receive(hello('log.3'), message(1), message(2), message(3), message(4));
    expect(first).toEqual([3, 4]);
    expect(second).toEqual([1, 2, 3, 4]);
  });

  it('tells of a gap once', async () => {
    const one = new FakeHalf('one');
    const { push, told } = client([one]);
    push.subscribe('chat', { since: 'log.1' });
    await settled();
    const gap = { type: 'gap', channels: ['chat'], from: 'log.0', to: 'log.9' } as const;
    one.receive(hello('log.10'), gap, gap, message(10));
    expect(told.filter((line) => line.startsWith('gap'))).toEqual(['gap on chat from log.1 to log.9']);
  });

  it('of a channel whose gap another one was told of hears of its own', async () => {
    const one = new FakeHalf('one');
    const { push, told } = client([one]);
    push.subscribe('chat', { since: 'log.1' });
    await settled();
    const gap = { type: 'gap', channels: ['chat'], from: 'log.0', to: 'log.9' } as const;
    one.receive(hello('log.10'), gap, message(10));
    push.subscribe('chat', { since: 'log.3' });
    await settled();
    one.receive(hello('log.10'), gap, message(10));
    expect(told.filter((line) => line.startsWith('gap'))).toEqual([
      'gap on chat from log.1 to log.9',
      'gap on chat from log.3 to log.9',
    ]);
  });

  it('of several positions of a channel tells the hole that has the others in it', async () => {
    for (const positions of [
      ['log.1', 'log.5'],
      ['log.5', 'log.1'],
    ]) {
      const one = new FakeHalf('one');
      const { push, told } = client([one]);
      for (const since of positions) push.subscribe('chat', { since });
      await settled();
      one.receive(hello('log.9'), { type: 'gap', channels: ['chat'], from: 'log.1', to: 'log.9' });
      expect(told.filter((line) => line.startsWith('gap'))).toEqual(['gap on chat from log.1 to log.9']);
    }
  });

  it('goes on with what is new in a log that was put back from an older copy, and says so', async () => {
    const one = new FakeHalf('one');
    const { push, told } = client([one]);
    const got: Json[] = [];
    const chat = push.subscribe('chat', ({ data }) => got.push(data), { since: 'log.90' });
    await settled();
    const gap = { type: 'gap', channels: ['chat'], from: 'log.90', to: 'log.10' } as const;
    one.receive(hello('log.10'), gap, message(11), message(12));
    expect(got).toEqual([11, 12]);
    expect(chat.position).toBe('log.12');
    expect(told.filter((line) => line.startsWith('gap'))).toEqual(['gap on chat from log.90 to log.10']);
  });

  it('of several positions of a channel sets back those beyond the end of the log', async () => {
    const one = new FakeHalf('one');
    const { push, told } = client([one]);
    const first: Json[] = [];
    const second: Json[] = [];
    push.subscribe('chat', ({ data }) => first.push(data), { since: 'log.9' });
    push.subscribe('chat', ({ data }) => second.push(data), { since: 'log.90' });
    await settled();
    one.receive(hello('log.10'), message(10), message(11));
    expect([first, second]).toEqual([[10, 11], [11]]);
    expect(told.filter((line) => line.startsWith('gap'))).toEqual(['gap on chat from log.90 to log.10']);
  });

  it('is set back by the answer to a subscribe frame too', async () => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push, told } = client([one]);
    const got: Json[] = [];
    push.subscribe('news');
    await settled();
    one.receive(hello('log.10'));
    push.subscribe('chat', ({ data }) => got.push(data), { since: 'log.90' });
    await settled();
    const { key } = JSON.parse(one.last.sent[0] ?? '');
    const ack = { type: 'ack', key, channels: ['news', 'chat'], head: 'log.10' } as const;
    one.receive(ack, { type: 'gap', channels: ['chat'], from: 'log.90', to: 'log.10' }, message(11));
    expect(got).toEqual([11]);
    expect(told.filter((line) => line.startsWith('gap'))).toEqual(['gap on chat from log.90 to log.10']);
  });

  it('has nothing to do with an operation whose key the application chose', async () => {
    const { one, push, first } = await opened('news', { goesBothWays: true });
    const chat = push.subscribe('chat');
    await settled();
    const [subscribe] = one.last.sent.map((frame) => JSON.parse(frame));
    // As a client might count its own.
    const keys = ['1', 'subscribe-1', 'subscribe-2', 'unsubscribe-1'];
    const published = keys.map((key) => push.publish('chat', key, { key }));
    first.close();
    await settled();
    const unsubscribe = one.last.sent.map((frame) => JSON.parse(frame.split('\n').at(-1) ?? '')).at(-1);
    expect(keys).not.toContain(unsubscribe.key);
    for (const [index, key] of keys.entries()) one.receive({ type: 'ack', key, id: `log.${index + 1}` });
    expect((await Promise.all(published)).map(({ id }) => id)).toEqual(['log.1', 'log.2', 'log.3', 'log.4']);
    one.receive({ type: 'ack', key: subscribe.key, channels: ['news', 'chat'], head: 'log.4' });
    await chat.ready;
    expect(chat.position).toBe('log.4');
  });

  it('is not set back once more by a connection that was asked before', async () => {
    const one = new FakeHalf('one');
    const two = new FakeHalf('two');
    const { push, told, environment } = client([one, two]);
    const got: Json[] = [];
    push.subscribe('chat', ({ data }) => got.push(data), { since: 'log.90' });
    await environment.pass(300);
    const gap = { type: 'gap', channels: ['chat'], from: 'log.90', to: 'log.10' } as const;
    two.receive(hello('log.10'), gap, message(11), message(12));
    one.receive(hello('log.10'), gap, message(11), message(12), message(13));
    expect(got).toEqual([11, 12, 13]);
    expect(told.filter((line) => line.startsWith('gap'))).toEqual(['gap on chat from log.90 to log.10']);
  });
});

describe('the position of a subscription', () => {
  it('is where its loop has come, and not what waits for it', async () => {
    const { one, push, first: chat } = await opened('chat');
    one.receive(message(3), message(4), message(7));
    expect(chat.position).toBe('log.2');
    for await (const { data } of chat) {
      expect(data).toBe(3);
      expect(chat.position).toBe('log.3');
      break;
    }
    expect(chat.position).toBe('log.3');
    // Going on from there, it misses nothing.
    const rest: Json[] = [];
    push.subscribe('chat', ({ data }) => rest.push(data), { since: chat.position });
    await settled();
    expect(one.last.query.get('since')).toBe('log.3');
    one.receive(hello('log.7'), message(4), message(7));
    expect(rest).toEqual([4, 7]);
  });

  it('comes up to the last message that arrived as that is taken, also after the end', async () => {
    const { one, first: chat } = await opened('chat');
    one.receive(message(1), message(2), message(3));
    const positions = [];
    for await (const _ of chat) {
      chat.close();
      positions.push(chat.position);
    }
    expect(positions).toEqual(['log.1', 'log.2', 'log.3']);
  });

  it('of a loop that fell too far behind is before the message that had no room', async () => {
    const { one, first: chat } = await opened('chat');
    for (let offset = 1; offset <= 10_003; offset++) one.receive(message(2 * offset));
    expect(chat.position).toBe('log.1');
    const loop = async () => {
      for await (const _ of chat);
    };
    await expect(loop()).rejects.toMatchObject({ code: 'BUFFER_FULL' });
    const missed = (offset: number) => isAfter(`log.${offset}`, chat.position);
    expect([missed(20_000), missed(20_002)]).toEqual([false, true]);
  });

  it.each([{ goesBothWays: true }, { goesBothWays: false }])('stays where it was closed: %j', async (half) => {
    const one = new FakeHalf('one', half);
    const { push } = client([one]);
    const [chat] = [1, 2].map(() => push.subscribe('chat', () => {}));
    await settled();
    one.receive(hello(), message(1));
    chat?.close();
    one.receive(message(2));
    await settled();
    one.receive(message(3));
    await settled();
    expect(chat?.position).toBe('log.1');
  });

  it('stays at the message in whose handler it was closed, and before one that another handler had first', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    const all = [2, 3].map((last) => push.subscribe('chat', ({ data }) => data === last && all[last - 2]?.close()));
    const other = push.subscribe('chat', ({ data }) => data === 5 && after.close());
    const after = push.subscribe('chat', () => {});
    await settled();
    one.receive(hello(), ...[1, 2, 3, 4, 5, 6].map((offset) => message(offset)));
    expect([...all, other, after].map(({ position }) => position)).toEqual(['log.2', 'log.3', 'log.6', 'log.4']);
  });
});
