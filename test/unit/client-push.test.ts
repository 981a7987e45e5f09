import { describe, expect, it } from '@jest/globals';
import { type ConnectOptions, connect } from '../../client/index.js';
import type { WakeReason } from '../../transports/environment.js';
import type { Json } from '../../transports/record.js';
import { answer, FakeEnvironment, FakeHalf, hello, settled } from '../support/fake-environment.js';

function client(halves: readonly FakeHalf[], environment = new FakeEnvironment(), options: ConnectOptions = {}) {
  const transports = halves.map(({ name }) => name);
  const push = connect('https://example.org/push', { transports, halves, environment, ...options });
  const told: string[] = [];
  push.on('transport', ({ from, to }) => told.push(`${from} to ${to}`));
  push.on('state', ({ to }) => told.push(to));
  push.on('gap', ({ channel, from, to }) => told.push(`gap on ${channel} from ${from} to ${to}`));
  push.on('error', ({ code }) => told.push(code));
  return { push, environment, told };
}

function message(offset: number, channel = 'chat') {
  return { id: `log.${offset}`, channel, data: offset };
}

describe('connect', () => {
  it.each(['not an address', 'ftp://example.org/push'])('refuses the address %s', (address) => {
    expect(() => connect(address)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it.each([
    { transports: ['__proto__'] },
    { transports: [] },
    { transports: 'sse' },
    { transports: [7] },
    { pollMs: -1 },
    { pollMs: 0 },
    { waitMs: 0 },
    { waitMs: Number.NaN },
    { backoffMs: 0 },
    { probeMs: 0 },
    { timeoutMs: '1000' },
    { headers: { 'a name': 'x' } },
    { headers: { name: 'a\r\nb: c' } },
    { headers: { name: 7 } },
    { halves: [{}] },
    { credentials: 'omit' },
    { environment: {} },
    null,
    'sse',
  ])('refuses the options %j', (options) => {
    // As from JavaScript, where nothing has checked them.
    const given = options as ConnectOptions;
    expect(() => connect('https://example.org/push', given)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('takes times that are longer than a timer, and runs no timer for longer than it can', async () => {
    const one = new FakeHalf('one');
    const environment = new FakeEnvironment(() => new Promise(() => {}));
    const { push } = client([one], environment, { probeMs: 1e12, probeCapMs: 1e12, toleranceMs: 1e12 });
    push.subscribe('chat');
    void push.publish('chat', 1, { timeoutMs: 1e12 }).catch(() => {});
    await settled();
    one.receive({ ...hello(), heartbeatMs: 1e12 }, { type: 'bye', reason: 'later', retryMs: 1e12 });
    await settled();
    expect(environment.longestMs).toBeLessThan(2 ** 31);
    await push.close();
  });

  it('opens nothing before the first subscription', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    await environment.pass(60_000);
    expect(one.links).toHaveLength(0);
    expect(push.state).toBe('idle');
    expect(push.transport).toBeNull();
  });

  it('keeps the query of the address in every request', async () => {
    const one = new FakeHalf('one');
    const environment = new FakeEnvironment();
    const push = connect('https://example.org/push/?token=t', { halves: [one], transports: ['one'], environment });
    push.subscribe('chat');
    await settled();
    expect(one.last.link.address()).toMatch(
      /^https:\/\/example\.org\/push\/one\?token=t&channel=chat&client=[0-9a-f]{32}$/u,
    );
  });
});

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
    const one = new FakeHalf('one');
    const { push } = client([one]);
    const chat = push.subscribe('chat');
    await settled();
    one.receive(hello());
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
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push } = client([one]);
    const first = push.subscribe('news');
    await settled();
    one.receive(hello());
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

describe('a change of channels', () => {
  it('travels over a connection that goes both ways', async () => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push } = client([one]);
    const a = push.subscribe('a');
    await settled();
    one.receive(hello());
    await settled();
    const b = push.subscribe('b', { since: 'log.7' });
    a.close();
    await settled();
    expect(one.links).toHaveLength(1);
    expect(one.last.sent.map((frame) => JSON.parse(frame))).toEqual([
      { type: 'unsubscribe', channels: ['a'], key: expect.any(String) },
      { type: 'subscribe', channels: ['b'], since: 'log.7', key: expect.any(String) },
    ]);
    const { key } = JSON.parse(one.last.sent[1] ?? '');
    one.receive({ type: 'ack', key, channels: ['b'], head: 'log.9' });
    await expect(b.ready).resolves.toBeUndefined();
  });

  it('that is refused on it ends that subscription alone', async () => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push } = client([one]);
    const a = push.subscribe('a');
    await settled();
    one.receive(hello());
    const b = push.subscribe('b');
    await settled();
    const { key } = JSON.parse(one.last.sent[0] ?? '');
    one.receive({ type: 'error', key, code: 'CHANNEL_FORBIDDEN', message: 'No.' });
    await expect(b.ready).rejects.toMatchObject({ code: 'CHANNEL_FORBIDDEN' });
    expect(a.isClosed).toBe(false);
    expect(push.state).toBe('open');
  });

  it('makes a second connection where there is no other way, and then breaks the first', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a');
    await settled();
    one.receive(hello());
    push.subscribe('b');
    push.subscribe('c');
    await settled();
    expect(one.openCount).toBe(2);
    expect(one.last.query.getAll('channel')).toEqual(['a', 'b', 'c']);
    one.receive(hello());
    expect(one.openCount).toBe(1);
  });

  it('again and again lets each second connection come to its hello, and then makes the next', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a');
    await settled();
    one.receive(hello());
    const [b, c] = ['b', 'c'].map((channel) => push.subscribe(channel));
    await settled();
    const d = push.subscribe('d');
    c?.close();
    await settled();
    expect([one.links.length, one.openCount]).toEqual([2, 2]);
    one.receive(hello());
    await b?.ready;
    await settled();
    expect(one.last.query.getAll('channel')).toEqual(['a', 'b', 'd']);
    one.receive(hello());
    await d.ready;
    expect([one.links.length, one.openCount]).toEqual([3, 1]);
  });

  it('that comes while a second connection is under way is not refused with it', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a');
    await settled();
    one.receive(hello());
    const b = push.subscribe('b');
    await settled();
    const c = push.subscribe('c');
    await settled();
    one.fail({ detail: 'No.', code: 'BAD_REQUEST', status: 400, retry: false });
    await expect(b.ready).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await settled();
    expect(one.last.query.getAll('channel')).toEqual(['a', 'c']);
    one.receive(hello());
    await c.ready;
  });

  it('that takes the refused channel away while it is asked for does not keep the others waiting', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a');
    await settled();
    one.receive(hello());
    const b = push.subscribe('b');
    await settled();
    const c = push.subscribe('c');
    b.close();
    await settled();
    one.fail({ detail: 'No.', code: 'BAD_REQUEST', status: 400, retry: false });
    await settled();
    expect(one.last.query.getAll('channel')).toEqual(['a', 'c']);
    one.receive(hello());
    await c.ready;
  });

  it('that takes a forbidden channel away before the first hello leaves the client open', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a');
    const secret = push.subscribe('secret');
    await settled();
    secret.close();
    await settled();
    one.fail({ detail: 'No.', code: 'FORBIDDEN', status: 403, retry: false, channels: ['secret'] });
    await settled();
    expect(one.last.query.getAll('channel')).toEqual(['a']);
    one.receive(hello());
    expect(push.state).toBe('open');
  });

  it('that takes a forbidden channel away while it is asked for does not keep the others waiting', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a');
    await settled();
    one.receive(hello());
    const [secret, b] = ['secret', 'b'].map((channel) => push.subscribe(channel));
    await settled();
    secret?.close();
    await settled();
    one.fail({ detail: 'No.', code: 'FORBIDDEN', status: 403, retry: false, channels: ['secret'] });
    await settled();
    expect(one.last.query.getAll('channel')).toEqual(['a', 'b']);
    one.receive(hello());
    await b?.ready;
  });
});

describe('many channels', () => {
  const names = Array.from({ length: 100 }, (_, index) => `${'ü'.repeat(95)}${index}`);

  it('open a connection that goes both ways with what fits into an address, and follow as frames', async () => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push } = client([one]);
    const subscriptions = names.map((name, index) => push.subscribe(name, { since: `log.${index + 1}` }));
    await settled();
    expect(one.last.link.shortAddress().length).toBeLessThan(7_000);
    const asked = one.last.query.getAll('channel');
    expect(asked.length).toBeGreaterThan(1);
    one.receive(hello('log.200'));
    await settled();
    const frames = one.last.sent.map((frame) => JSON.parse(frame));
    expect([...asked, ...frames.flatMap(({ channels }) => channels)]).toEqual(names);
    for (const { key, channels } of frames) one.receive({ type: 'ack', key, channels, head: 'log.200' });
    await Promise.all(subscriptions.map(({ ready }) => ready));
  });

  it('beyond the gateway’s limit do not stand in the way of the rest, whoever comes first', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    const subscriptions = Array.from({ length: 101 }, (_, index) => push.subscribe(`c${index}`));
    await settled();
    one.fail({ detail: '101 channels, and 100 are allowed.', retry: false, code: 'CHANNELS_TOO_MANY', status: 400 });
    await environment.pass(500);
    expect(one.last.query.getAll('channel')).toHaveLength(50);
    one.receive(hello());
    await settled();
    one.receive(hello());
    await expect(subscriptions[100]?.ready).rejects.toMatchObject({ code: 'CHANNELS_TOO_MANY' });
    await Promise.all(subscriptions.slice(0, 100).map(({ ready }) => ready));
    expect(one.last.query.getAll('channel')).toHaveLength(100);
    expect(() => push.subscribe('more')).toThrow(expect.objectContaining({ code: 'CHANNELS_TOO_MANY' }));
    expect(push.subscribe('c1').isClosed).toBe(false);
    expect(push.state).toBe('open');
  });

  it('of which the gateway does not even take one are refused for good', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a');
    await settled();
    one.fail({ detail: 'none', retry: false, code: 'CHANNELS_TOO_MANY', status: 400 });
    expect(push.state).toBe('closed');
  });
});

describe('a half of somebody else', () => {
  it('may throw when it is asked what it lacks, and when it is closed, and the client goes on', async () => {
    const one = new FakeHalf('one');
    const two = new FakeHalf('two');
    one.missing = () => {
      throw new Error('boom');
    };
    const { push } = client([one, two]);
    push.subscribe('chat');
    await settled();
    two.receive(hello());
    expect(push.transport).toBe('two');
    await push.close();
    expect(push.state).toBe('closed');
  });
});

describe('a switch', () => {
  it('loses and repeats nothing when both connections bring messages', async () => {
    const one = new FakeHalf('one');
    const two = new FakeHalf('two');
    const { push, environment, told } = client([one, two]);
    const got: Json[] = [];
    push.subscribe('chat', ({ data }) => got.push(data));
    await environment.pass(300);
    two.receive(hello(), message(1));
    expect(push.transport).toBe('two');
    two.receive(message(2));
    one.receive(hello(), message(1), message(2), message(3));
    expect(got).toEqual([1, 2, 3]);
    expect(told).toContain('two to one');
    expect(two.openCount).toBe(0);
  });

  it('asks from the last cursor of any channel', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    push.subscribe('quiet');
    push.subscribe('busy');
    await settled();
    one.receive(hello(), message(40, 'busy'), { type: 'heartbeat', cursor: 'log.50' });
    one.fail();
    await environment.pass(500);
    expect(one.last.query.get('since')).toBe('log.50');
  });
});

describe('silence', () => {
  it('longer than heartbeat and tolerance is a loss', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    await environment.pass(30_000);
    one.receive({ type: 'heartbeat' });
    await environment.pass(34_999);
    expect(push.state).toBe('open');
    await environment.pass(1);
    expect(push.state).toBe('waiting');
    expect(one.openCount).toBe(0);
  });

  it('is none while a record comes in parts', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    const body = new TransformStream<Uint8Array, Uint8Array>();
    const writer = body.writable.getWriter();
    let text = '';
    const read = one.last.link.read(body.readable, (part) => {
      text += part;
    });
    for (const byte of new TextEncoder().encode('é!')) {
      await environment.pass(34_999);
      await writer.write(new Uint8Array([byte]));
    }
    await writer.close();
    await read;
    expect(text).toBe('é!');
    await environment.pass(34_999);
    one.last.link.heard();
    await environment.pass(34_999);
    expect(push.state).toBe('open');
    await environment.pass(1);
    expect(push.state).toBe('waiting');
  });

  /** Lets connections say hello and nothing else; how long each of them was given then. */
  async function givenUp(one: FakeHalf, environment: FakeEnvironment, count: number): Promise<number[]> {
    const times: number[] = [];
    for (const _ of Array(count).keys()) {
      one.receive(hello('log.9'));
      const since = environment.now();
      while (one.openCount === 1) await environment.pass(1_000);
      times.push(environment.now() - since);
      while (one.openCount === 0) await environment.pass(1_000);
    }
    return times;
  }

  it('is given twice as long after each connection that brought nothing, up to a bound, until something new comes', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    const got: Json[] = [];
    push.subscribe('chat', ({ data }) => got.push(data), { since: 'log.9' });
    await settled();
    const times = await givenUp(one, environment, 6);
    expect(times).toEqual([1, 2, 4, 8, 16, 16].map((factor) => factor * 35_000));
    // What was missed anyway, and answers, are not what the line could not get through.
    one.receive(hello('log.9'), message(9), { type: 'ack' });
    await environment.pass(35_000);
    expect(one.openCount).toBe(1);
    one.receive(message(10));
    await environment.pass(34_999);
    expect([got, one.openCount]).toEqual([[10], 1]);
    await environment.pass(1);
    expect(one.openCount).toBe(0);
  });

  it('of a connection that had brought something is no reason for patience', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello(), { type: 'heartbeat' });
    await environment.pass(35_000);
    expect(push.state).toBe('waiting');
    await environment.pass(1_000);
    expect(await givenUp(one, environment, 1)).toEqual([35_000]);
  });

  it('of a timer that was held up is given a grace', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    environment.sleep(3_600_000);
    await environment.pass(5_000);
    expect(push.state).toBe('open');
    one.receive({ type: 'heartbeat' });
    await environment.pass(30_000);
    expect(push.state).toBe('open');
  });

  it('is none when only the timers of a hidden tab fire once a minute', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    // An hour of heartbeats, which are never late themselves.
    for (let second = 20; second <= 3_600; second += 20) {
      environment.sleep(20_000);
      one.receive({ type: 'heartbeat' });
      if (second % 60 === 0) await environment.pass(0);
    }
    expect(push.state).toBe('open');
    expect(one.links).toHaveLength(1);
  });

  it('in a hidden tab is a loss all the same, at the second timer that comes late', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    for (let minute = 0; minute < 2; minute++) {
      environment.sleep(60_000);
      await environment.pass(0);
    }
    expect(push.state).toBe('waiting');
    expect(one.openCount).toBe(0);
  });

  it('is looked into at once when the page wakes up, without breaking what may still work', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    environment.sleep(3_600_000);
    environment.wake('visible');
    expect(one.openCount).toBe(2);
    expect(push.state).toBe('open');
    one.receive(hello());
    expect(one.openCount).toBe(1);
  });
});

describe('waking up', () => {
  async function opened(reason: WakeReason, quietMs: number) {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    environment.sleep(quietMs);
    environment.wake(reason);
    return one.openCount;
  }

  it.each([
    ['online', 10],
    ['restored', 10],
    ['visible', 26_000],
  ] as const)('%s after %i ms of silence looks for the connection', async (reason, quietMs) => {
    expect(await opened(reason, quietMs)).toBe(2);
  });

  it('does not, when the page is looked at again and the last heartbeat is recent', async () => {
    expect(await opened('visible', 24_000)).toBe(1);
  });
});

describe('the uplink', () => {
  it('goes by POST while nothing is open', async () => {
    const bodies: string[] = [];
    const environment = new FakeEnvironment(async (_url, init) => {
      const [{ key }] = JSON.parse(init?.body ?? '');
      bodies.push(init?.body ?? '');
      expect(init?.credentials).toBe('include');
      return answer(200, [{ type: 'ack', key, id: 'log.1' }]);
    });
    const { push } = client([new FakeHalf('one')], environment, { credentials: 'include' });
    await expect(push.publish('chat', { text: 'hi' }, { key: 'k', echo: false })).resolves.toEqual({ id: 'log.1' });
    expect(JSON.parse(bodies[0] ?? '')).toEqual([
      { type: 'publish', channel: 'chat', data: { text: 'hi' }, key: 'k', echo: false },
    ]);
  });

  it('does not wait for the watchdog when a socket has gone silent', async () => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    await environment.pass(20_000);
    const published = push.publish('chat', 1, { key: 'k' });
    await environment.pass(2_999);
    expect(one.openCount).toBe(1);
    await environment.pass(1);
    expect(one.openCount).toBe(2);
    one.receive(hello());
    await settled();
    expect(one.last.sent).toHaveLength(1);
    one.receive({ type: 'ack', key: 'k', id: 'log.1' });
    await expect(published).resolves.toEqual({ id: 'log.1' });
  });

  it('refuses what was asked for before the gateway said how much it takes', async () => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push } = client([one], new FakeEnvironment(() => new Promise(() => {})));
    push.subscribe('chat');
    await settled();
    const early = push.publish('chat', 'x'.repeat(70_000));
    const other = push.call('work', 'x'.repeat(70_000));
    one.receive(hello());
    await expect(early).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(other).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await settled();
    expect(one.last.sent).toEqual([]);
    expect(push.state).toBe('open');
  });

  it('leaves a connection alone over which anything comes back', async () => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    await environment.pass(20_000);
    const called = push.call('slow').catch(({ code }) => code);
    await environment.pass(1_000);
    one.receive({ type: 'heartbeat' });
    await environment.pass(9_000);
    expect(one.links).toHaveLength(1);
    await expect(called).resolves.toBe('TIMEOUT');
  });

  it('refuses what the gateway would close a socket for', async () => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    await expect(push.publish('chat', 'x'.repeat(70_000))).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(push.publish('', 1)).rejects.toMatchObject({ code: 'CHANNEL_INVALID' });
  });

  it('refuses what JSON would make null of', async () => {
    const { push } = client([new FakeHalf('one', { goesBothWays: true })]);
    for (const data of [Number.NaN, { a: [null, Number.POSITIVE_INFINITY] }]) {
      await expect(push.publish('chat', data)).rejects.toMatchObject({ code: 'JSON_INVALID' });
      await expect(push.call('method', data)).rejects.toMatchObject({ code: 'JSON_INVALID' });
    }
  });
});

describe('close', () => {
  it.each(['idle', 'connecting', 'open', 'waiting'] as const)('leaves nothing behind when %s', async (state) => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const two = new FakeHalf('two');
    const never = () => new Promise<never>(() => {});
    const { push, environment } = client([one, two], new FakeEnvironment(never));
    const published = push.publish('chat', 1).catch(({ code }) => code);
    if (state !== 'idle') {
      push.subscribe('chat', () => {});
      await environment.pass(400);
    }
    if (state === 'open') two.receive(hello());
    if (state === 'waiting') for (const half of [one, two]) half.fail();
    expect(push.state).toBe(state);
    await push.close();
    expect(push.state).toBe('closed');
    expect(environment.leftovers).toMatchObject({ timers: 0, listeners: 0 });
    expect(one.openCount + two.openCount).toBe(0);
    await expect(published).resolves.toBe('CLOSED');
    expect(() => push.subscribe('chat')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  it('ends subscriptions, and nothing is delivered afterwards', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    const got: Json[] = [];
    const chat = push.subscribe('chat', ({ data }) => {
      got.push(data);
      void push.close();
    });
    await settled();
    one.receive(hello(), message(1), message(2));
    expect(got).toEqual([1]);
    expect(chat.isClosed).toBe(true);
  });

  it('happens by itself when the gateway refuses for good', async () => {
    const one = new FakeHalf('one');
    const { push, environment, told } = client([one]);
    const chat = push.subscribe('chat');
    await settled();
    one.fail({ detail: 'No.', retry: false, code: 'CHANNEL_FORBIDDEN', status: 403 });
    await expect(chat.ready).rejects.toMatchObject({ code: 'CHANNEL_FORBIDDEN' });
    expect(push.state).toBe('closed');
    expect(told).toContain('CHANNEL_FORBIDDEN');
    expect(environment.leftovers).toMatchObject({ timers: 0, listeners: 0 });
  });
});
