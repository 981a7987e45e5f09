import { describe, expect, it } from '@jest/globals';
import { type ConnectOptions, connect } from '../../client/index.js';
import type { FetchLike } from '../../transports/environment.js';
import { answer, FakeEnvironment, FakeHalf, hello, settled } from '../support/fake-environment.js';

const noNetwork: FetchLike = () => Promise.reject(new TypeError('no network'));

function client(token: ConnectOptions['token'], fetch = noNetwork, halves = [new FakeHalf('one')]) {
  const environment = new FakeEnvironment(fetch);
  const transports = halves.map(({ name }) => name);
  const push = connect('https://example.org/push', { transports, halves, environment, ...(token && { token }) });
  const errors: string[] = [];
  push.on('error', ({ code, message }) => errors.push(`${code}: ${message}`));
  return { push, environment, errors, one: halves[0] ?? new FakeHalf('none') };
}

const EXPIRED = { detail: 'Expired.', code: 'TOKEN_EXPIRED', status: 401, retry: false } as const;

describe('a token that expires while two requests are under way', () => {
  it.each(['the connection', 'the POST'])(
    'is replaced once, and the client goes on, when %s is told last',
    async (last) => {
      let asked = 0;
      const posts: (() => void)[] = [];
      const sent: (string | undefined)[] = [];
      const { push, one } = client(
        () => `token-${++asked}`,
        (_url, init) =>
          new Promise((resolve) => {
            const token = init?.headers?.['Authorization'];
            sent.push(token);
            const replies = JSON.parse(init?.body ?? '').map(({ key }: { key: string }) => ({
              type: 'ack',
              key,
              id: 'log.1',
            }));
            posts.push(() => resolve(token === 'Bearer token-1' ? answer(401, EXPIRED) : answer(200, replies)));
          }),
      );
      push.subscribe('chat');
      await settled();
      expect(one.last.link.headers).toEqual({ Authorization: 'Bearer token-1' });
      one.receive(hello());
      const published = push.publish('chat', 1);
      await settled();
      if (last === 'the connection') {
        posts[0]?.();
        await settled();
        // The next token is there, but proved by nothing yet.
        one.fail(EXPIRED);
      } else {
        one.fail(EXPIRED);
        await settled();
        posts[0]?.();
      }
      await settled();
      expect(push.state).toBe('connecting');
      posts[1]?.();
      await expect(published).resolves.toEqual({ id: 'log.1' });
      one.receive(hello());
      expect([push.state, asked]).toEqual(['open', 2]);
      expect(sent).toEqual(['Bearer token-1', 'Bearer token-2']);
    },
  );

  it('is not replaced again when a connection is told later that it has expired', async () => {
    let asked = 0;
    const { push, one } = client(
      () => `token-${++asked}`,
      async (_url, init) => {
        const replies = JSON.parse(init?.body ?? '').map(({ key }: { key: string }) => ({
          type: 'ack',
          key,
          id: 'log.1',
        }));
        return asked === 1 ? answer(401, EXPIRED) : answer(200, replies);
      },
    );
    push.subscribe('chat');
    await settled();
    one.receive(hello());
    await push.publish('chat', 1);
    one.receive({ type: 'bye', reason: 'expired', retryMs: 0 });
    await settled();
    expect(one.last.link.headers).toEqual({ Authorization: 'Bearer token-2' });
    one.receive(hello());
    expect([push.state, asked]).toEqual(['open', 2]);
  });
});

describe('a token() that does not answer', () => {
  it('is asked again after a while, and the errors say what is missing', async () => {
    let asked = 0;
    const { push, environment, errors, one } = client(() => {
      asked += 1;
      return asked === 1 ? new Promise<string>(() => {}) : 'good';
    });
    push.subscribe('chat');
    await environment.pass(30_000);
    one.receive(hello());
    expect(push.state).toBe('open');
    expect(errors[0]).toContain('one: no token within 3000 ms');
    expect(errors.join()).toContain('one: no token: token() has not answered within 10000 ms');
  });

  it('is said by an operation that runs out of time', async () => {
    const { push, environment } = client(() => new Promise<string>(() => {}));
    const published = push.publish('chat', 1).catch(({ message }) => message);
    await environment.pass(10_000);
    expect(await published).toMatch(/met: no token: token\(\) has not answered/);
    await push.close();
    expect(environment.leftovers).toEqual({ timers: 0, listeners: 0, requests: 0 });
  });

  it('is asked again at once when the network comes back', async () => {
    let asked = 0;
    const { push, environment, one } = client(() => {
      asked += 1;
      return asked === 1 ? new Promise<string>(() => {}) : 'good';
    });
    push.subscribe('chat');
    await environment.pass(100);
    environment.wake('online');
    await settled();
    one.receive(hello());
    expect([push.state, asked]).toEqual(['open', 2]);
  });

  it('keeps nothing behind a closed client', async () => {
    const { push, environment } = client(() => new Promise<string>(() => {}));
    push.subscribe('chat');
    await environment.pass(100);
    await push.close();
    expect(environment.leftovers).toEqual({ timers: 0, listeners: 0, requests: 0 });
  });

  it('is not held against a transport that cannot work here', async () => {
    const absent = new FakeHalf('absent');
    absent.lack = 'There is no such thing here.';
    const { push, environment, errors } = client(() => Promise.reject(new Error('the login is down')), noNetwork, [
      absent,
      new FakeHalf('one'),
    ]);
    push.subscribe('chat');
    await environment.pass(2_000);
    expect(errors[0]).toContain('one: no token: the login is down');
    expect(errors.join()).not.toContain('absent');
  });
});
