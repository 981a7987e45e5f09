import { describe, expect, it } from '@jest/globals';
import { type ConnectOptions, connect } from '../../client/index.js';
import type { Json } from '../../transports/record.js';
import { answer, FakeEnvironment, FakeHalf, hello, settled } from '../support/fake-environment.js';
import { client, message, opened } from './client-over-fakes.js';

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
    const { one, push, environment } = await opened('chat', { goesBothWays: true });
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
    const { one, push, environment } = await opened('chat', { goesBothWays: true });
    await environment.pass(20_000);
    const called = push.call('slow').catch(({ code }) => code);
    await environment.pass(1_000);
    one.receive({ type: 'heartbeat' });
    await environment.pass(9_000);
    expect(one.links).toHaveLength(1);
    await expect(called).resolves.toBe('TIMEOUT');
  });

  it('refuses what the gateway would close a socket for', async () => {
    const { push } = await opened('chat', { goesBothWays: true });
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
