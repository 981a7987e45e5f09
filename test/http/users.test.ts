import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import type { Access } from '../../server/index.js';
import { waitUntil } from '../support/wait-until.js';
import { inExpress, type Site } from './site.js';
import { listenSse, listenWebSocket } from './streams.js';

const ALL: Access = { subscribe: ['*'], publish: ['*'], methods: ['*'] };

/** A gateway that believes who somebody says to be; without a name it is nobody. */
function named({ bus = new MemoryBus({ epoch: 'e' }), expiresAt = Number.POSITIVE_INFINITY } = {}): Promise<Site> {
  return inExpress({
    bus,
    authorize: ({ request }) => {
      const user = request.headers['x-user']?.toString();
      return { ...ALL, expiresAt, ...(user === undefined ? {} : { user: decodeURIComponent(user) }) };
    },
  });
}

function as(user: string | null): Record<string, string> {
  return user === null ? {} : { 'x-user': encodeURIComponent(user) };
}

async function post({ push }: Site, user: string | null, path: string, body: unknown, headers = {}): Promise<unknown> {
  const answer = await fetch(`${push}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...as(user), ...headers },
    body: JSON.stringify(body),
  });
  return answer.json();
}

describe('two users who have chosen the same client name', () => {
  // The last is what the keys of another one would look like, if they were only put behind each other.
  const USERS = ['ann', 'ben', 'ann"', '"ann"', null, '', 'ann\n"x"'];

  it('do not get each other’s answers of calls, although their keys are the same', async () => {
    const site = await named();
    site.gateway.handle('secret', (_params, { user }) => `of ${user}`);
    for (let round = 1; round <= 2; round++) {
      for (const user of USERS) {
        const calls = [{ type: 'call', method: 'secret', key: 'k' }];
        const answer = [{ type: 'reply', key: 'k', result: `of ${user}` }];
        expect(await post(site, user, 'uplink?client=x', calls)).toEqual(answer);
      }
    }
  });

  it('do not swallow each other’s messages, whichever way they publish', async () => {
    const site = await named();
    let offset = 0;
    for (const user of USERS) {
      const first = { type: 'ack', key: 'k', id: `e.${++offset}` };
      const publish = [{ type: 'publish', channel: 'a', data: user, key: 'k' }];
      expect(await post(site, user, 'uplink?client=x', publish)).toEqual([first]);
      expect(await post(site, user, 'uplink?client=x', publish)).toEqual([first]);
      const socket = await listenWebSocket(site.push, '?client=x', as(user));
      socket.send(...publish);
      expect(await socket.first('ack')).toEqual(first);
      // The same scope as that of operations.
      const key = { 'idempotency-key': 'k' };
      expect(await post(site, user, 'channels/a?client=x', user, key)).toEqual({ id: first.id });
      expect(await post(site, user, 'channels/a', user, key)).toEqual({ id: `e.${++offset}` });
      expect(await post(site, user, 'channels/a', user, key)).toEqual({ id: `e.${offset}` });
    }
    expect(await site.gateway.history('a', { limit: 100 })).toHaveLength(2 * USERS.length);
  });

  it('get each other’s messages that were published without echo', async () => {
    const site = await named();
    const streams = await Promise.all(
      USERS.map(async (user) => ({
        user,
        sse: await listenSse(`${site.push}/sse?channel=a&client=x`, as(user)),
        websocket: await listenWebSocket(site.push, '?channel=a&client=x', as(user)),
      })),
    );
    for (const { sse, websocket } of streams) await Promise.all([sse.first('hello'), websocket.first('hello')]);
    for (const user of USERS) {
      await post(site, user, 'uplink?client=x', [{ type: 'publish', channel: 'a', data: user, echo: false }]);
    }
    for (const { user, sse, websocket } of streams) {
      const others = USERS.filter((one) => one !== user);
      expect(await sse.dataOf(others.length)).toEqual(others);
      expect(await websocket.dataOf(others.length)).toEqual(others);
      const poll = await fetch(`${site.push}/polling?channel=a&since=e.0&client=x`, { headers: as(user) });
      const { messages } = await poll.json();
      expect(messages.map(({ data }: { data: unknown }) => data)).toEqual(others);
    }
  });
});

describe('keys of a gateway without access', () => {
  it('are in the log as they always were, so that a log on disk goes on knowing them', async () => {
    const bus = new MemoryBus();
    const keys: (string | undefined)[] = [];
    const excepted: (string | undefined)[] = [];
    const publish = bus.publish.bind(bus);
    bus.publish = (draft) => {
      keys.push(draft.key);
      excepted.push(draft.except);
      return publish(draft);
    };
    const site = await inExpress({ bus });
    await post(site, null, 'uplink?client=x', { type: 'publish', channel: 'a', data: 1, key: 'k', echo: false });
    await post(site, null, 'uplink', { type: 'publish', channel: 'a', data: 1, key: 'k', echo: false });
    expect(keys).toEqual(['x\n"a"\nk', '\n"a"\nk']);
    expect(excepted).toEqual(['x', undefined]);
  });
});

describe('a key of the application', () => {
  it('is not one of those who come from outside, however little they say of themselves', async () => {
    const site = await inExpress({ bus: new MemoryBus({ epoch: 'e' }) });
    await post(site, null, 'uplink', { type: 'publish', channel: 'a', data: 'a guess', key: 'order-1' });
    const first = await site.gateway.publish('a', 'the order', { key: 'order-1' });
    const again = await site.gateway.publish('a', 'the order', { key: 'order-1' });
    expect([first.repeated, again.repeated, again.id]).toEqual([false, true, first.id]);
    expect((await site.gateway.history('a')).map(({ data }) => data)).toEqual(['a guess', 'the order']);
  });
});

describe('operations that are left when the access expires', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** A gateway with an hour of access, on which publishing waits until that is over. */
  async function slow() {
    const bus = new MemoryBus({ epoch: 'e' });
    const site = await named({ bus, expiresAt: Date.now() + 3_600_000 });
    const publish = bus.publish.bind(bus);
    let expire: () => void = () => undefined;
    const expired = new Promise<void>((resolve) => {
      expire = () => {
        jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_001);
        resolve();
      };
    });
    const begun = new Promise<void>((resolve) => {
      bus.publish = async (draft) => {
        resolve();
        await expired;
        return publish(draft);
      };
    });
    return { site, begun, expire };
  }

  /** The call waits for the publish before it, and what comes behind the call with it. */
  const OPERATIONS = [
    { type: 'call', method: 'count', key: 'c' },
    { type: 'publish', channel: 'a', data: 2, key: 'p' },
  ];

  it.each(['POST', 'WebSocket'])('are refused one by one: by %s', async (way) => {
    const { site, begun, expire } = await slow();
    let calls = 0;
    site.gateway.handle('count', () => ++calls);
    const first = { type: 'publish', channel: 'a', data: 1, key: 'first' };
    const refused = (key: string) => expect.objectContaining({ type: 'error', key, code: 'TOKEN_EXPIRED' });
    if (way === 'POST') {
      const answers = post(site, 'ann', 'uplink', [first, ...OPERATIONS]);
      await begun;
      expire();
      expect(await answers).toEqual([{ type: 'ack', key: 'first', id: 'e.1' }, refused('c'), refused('p')]);
    } else {
      const socket = await listenWebSocket(site.push, '', as('ann'));
      socket.send(first);
      for (const operation of OPERATIONS) socket.send(operation);
      socket.send({ type: 'subscribe', channels: ['a'], key: 's' });
      socket.send({ type: 'unsubscribe', channels: ['a'], key: 'u' });
      await begun;
      expire();
      await waitUntil('an answer to each', () => socket.ofType('error').length + socket.ofType('ack').length === 5);
      expect(socket.ofType('error')).toEqual(expect.arrayContaining(['p', 'c', 's', 'u'].map(refused)));
      expect(socket.ofType('ack')).toEqual([{ type: 'ack', key: 'first', id: 'e.1' }]);
    }
    expect(calls).toBe(0);
    expect((await site.gateway.history('a')).map(({ data }) => data)).toEqual([1]);
  });
});
