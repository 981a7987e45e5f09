import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import WebSocket from 'ws';
import type { Access } from '../../server/index.js';
import { jwt, PushError } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { HANDSHAKE } from '../support/handshake.js';
import { rawHttp } from '../support/raw-http.js';
import { SECRET, sign } from '../support/tokens.js';
import { waitUntil } from '../support/wait-until.js';
import { attached, inExpress, metric, problemOf, type Site } from './site.js';

const PAGE = 'https://page.example';
const json = { 'content-type': 'application/json' };

/** A gateway that wants tokens, and what to ask it with. */
async function guarded(options: Parameters<typeof attached>[0] = {}): Promise<Site> {
  return attached({ authorize: jwt({ secret: SECRET, cookie: 'session' }), ...options });
}

/** The headers of somebody who may do this. */
async function bearer(grants: object, claims: JWTPayload = { sub: 'ann' }): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await sign({ ...claims, pushgate: grants })}` };
}

function socket(push: string, query: string, headers: Record<string, string> = {}): WebSocket {
  return new WebSocket(`${push.replace('http', 'ws')}/websocket?${query}`, { headers });
}

/** Status and code of a refused upgrade. */
async function refusedUpgrade(push: string, query: string, headers: Record<string, string> = {}) {
  const [, answer] = await once(socket(push, query, headers), 'unexpected-response');
  const body = JSON.parse((await answer.toArray()).join(''));
  return [answer.statusCode, body.code];
}

/** The headers of an upgrade, for the transport that wants one. */
function upgradeTo(transport: string): Record<string, string> {
  return transport === 'websocket' ? HANDSHAKE : {};
}

/** The next record on a socket that is of this kind. */
async function recordOf(client: WebSocket, fits: (record: Record<string, unknown>) => boolean) {
  for (;;) {
    const [frame] = await once(client, 'message');
    for (const line of String(frame).split('\n')) {
      const record = JSON.parse(line);
      if (fits(record)) return record;
    }
  }
}

describe('without a token', () => {
  it.each(catalog)('%s is refused with 401 and a challenge', async (transport) => {
    const { push } = await guarded();
    if (transport === 'websocket') {
      expect(await refusedUpgrade(push, 'channel=chat')).toEqual([401, 'UNAUTHORIZED']);
      return;
    }
    const answer = await fetch(`${push}/${transport}?channel=chat`);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await problemOf(answer)).toBe('UNAUTHORIZED');
  });

  it('in a way that a gateway knows, neither is one that comes as something else', async () => {
    const { push } = await guarded({ authorize: jwt({ secret: SECRET, cookie: 'session' }) });
    for (const headers of [{ authorization: 'Basic YTpi' }, { authorization: 'Bearer ' }, { cookie: 'session=x' }]) {
      const answer = await fetch(`${push}/polling?channel=a`, { headers });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
  });

  it('so is every other entrance, except health', async () => {
    const { push, gateway } = await guarded();
    gateway.handle('time', () => 1);
    const body = JSON.stringify([{ type: 'call', method: 'time' }]);
    const asked = await Promise.all([
      fetch(`${push}/uplink`, { method: 'POST', headers: json, body }),
      fetch(`${push}/channels/chat`, { method: 'POST', headers: json, body: '1' }),
      fetch(`${push}/channels/chat`),
      fetch(`${push}/metrics`),
    ]);
    expect(asked.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect((await fetch(`${push}/health`)).status).toBe(200);
    const metrics = await fetch(`${push}/metrics`, { headers: await bearer({ metrics: true }) });
    expect(metrics.status).toBe(200);
    const without = await fetch(`${push}/metrics`, { headers: await bearer({ subscribe: ['*'] }) });
    expect(await problemOf(without)).toBe('FORBIDDEN');
  });
});

describe('a token for one channel', () => {
  it.each(catalog)('%s: is of no use for another one, and the refusal names it', async (transport) => {
    const { push } = await guarded();
    const headers = await bearer({ subscribe: ['chat', 'news.*'] });
    const query = 'channel=chat&channel=secret&channel=news.a&channel=hidden';
    if (transport === 'websocket') {
      expect(await refusedUpgrade(push, query, headers)).toEqual([403, 'FORBIDDEN']);
      const client = socket(push, 'channel=chat', headers);
      await recordOf(client, ({ type }) => type === 'hello');
      client.send(JSON.stringify({ type: 'subscribe', channels: ['news.a', 'secret'], key: 'k' }));
      const refusal = await recordOf(client, ({ key }) => key === 'k');
      expect(refusal).toMatchObject({ type: 'error', code: 'FORBIDDEN', channels: ['secret'] });
      client.terminate();
      return;
    }
    const answer = await fetch(`${push}/${transport}?${query}`, { headers });
    const problem = await answer.clone().json();
    expect(await problemOf(answer)).toBe('FORBIDDEN');
    expect([answer.status, problem.channels]).toEqual([403, ['secret', 'hidden']]);
    expect(problem.detail).toContain('"secret", "hidden"');
  });

  it('is of no use to publish, to read or to call what it does not grant', async () => {
    const { push, gateway } = await guarded();
    gateway.handle('time', () => 'now');
    gateway.handle('erase', () => 'gone');
    await gateway.publish('secret', 'kept');
    const headers = { ...json, ...(await bearer({ subscribe: ['chat'], publish: ['chat'], methods: ['time'] })) };
    const operations = [
      { type: 'publish', channel: 'chat', data: 1 },
      { type: 'publish', channel: 'secret', data: 1 },
      { type: 'call', method: 'time' },
      { type: 'call', method: 'erase' },
      // Whether there is such a method is nobody's business either.
      { type: 'call', method: 'guessed' },
    ];
    const uplink = await fetch(`${push}/uplink`, { method: 'POST', headers, body: JSON.stringify(operations) });
    const refused = { type: 'error', code: 'FORBIDDEN' };
    expect(await uplink.json()).toMatchObject([
      { type: 'ack' },
      refused,
      { type: 'reply', result: 'now' },
      refused,
      refused,
    ]);
    const post = await fetch(`${push}/channels/secret`, { method: 'POST', headers, body: '1' });
    expect([post.status, await problemOf(post)]).toEqual([403, 'FORBIDDEN']);
    const read = await fetch(`${push}/channels/secret`, { headers });
    expect([read.status, await problemOf(read)]).toEqual([403, 'FORBIDDEN']);
    expect((await fetch(`${push}/channels/chat`, { headers })).status).toBe(200);
    expect(await gateway.history('secret')).toHaveLength(1);

    const client = socket(push, 'channel=chat', headers);
    await recordOf(client, ({ type }) => type === 'hello');
    client.send(operations.map((operation) => JSON.stringify(operation)).join('\n'));
    expect(await recordOf(client, ({ type }) => type === 'error')).toMatchObject({ code: 'FORBIDDEN' });
    expect(await gateway.history('secret')).toHaveLength(1);
    client.terminate();
  });

  it('is good for all of the past that is kept, whatever it says of the history, which is a page of its own', async () => {
    const { push, gateway } = await guarded();
    await gateway.publish('chat', 'old');
    const headers = await bearer({ subscribe: ['chat'], history: ['other'] });
    expect((await fetch(`${push}/channels/chat`, { headers })).status).toBe(403);
    for (const since of ['earliest', 'anything.0']) {
      const answer = await fetch(`${push}/polling?channel=chat&since=${since}`, { headers });
      expect(await answer.json()).toMatchObject({ messages: [{ data: 'old' }] });
    }
  });

  it('tells methods and listeners whose it is', async () => {
    const { push, gateway } = await guarded();
    const users: unknown[] = [];
    gateway.on('connect', ({ user }) => users.push(user));
    gateway.handle('who', (_params, { user }) => user);
    const headers = { ...json, ...(await bearer({ methods: ['*'], subscribe: ['*'] })) };
    const body = JSON.stringify([{ type: 'call', method: 'who' }]);
    const answer = await fetch(`${push}/uplink`, { method: 'POST', headers, body });
    expect(await answer.json()).toEqual([{ type: 'reply', result: 'ann' }]);
    const stream = await fetch(`${push}/sse?channel=a`, { headers });
    await waitUntil('the listener', () => users.length === 1);
    expect(users).toEqual(['ann']);
    await stream.body?.cancel();
  });

  it('counts against the limit of its user, whatever addresses he comes from', async () => {
    const { push } = await guarded({ limits: { connectionsPerUser: 1, publishesPerSecond: 0.001 } });
    const ann = { ...json, ...(await bearer({ subscribe: ['*'], publish: ['*'] })) };
    const ben = { ...json, ...(await bearer({ subscribe: ['*'], publish: ['*'] }, { sub: 'ben' })) };
    const open = (headers: Record<string, string>, client: string) =>
      fetch(`${push}/polling?channel=a&client=${client}`, { headers });
    expect((await open(ann, 'phone')).status).toBe(200);
    expect(await problemOf(await open(ann, 'laptop'))).toBe('CONNECTIONS_TOO_MANY');
    expect((await open(ben, 'laptop')).status).toBe(200);
    const publish = (headers: Record<string, string>) =>
      fetch(`${push}/channels/a`, { method: 'POST', headers, body: '1' });
    expect([(await publish(ann)).status, (await publish(ann)).status, (await publish(ben)).status]).toEqual([
      201, 429, 201,
    ]);
  });
});

describe('a token that is not one for this gateway', () => {
  it.each(catalog)('is told so in the challenge of %s', async (transport) => {
    const { push } = await guarded();
    const authorization = `Bearer ${await sign({ sub: 'ann' }, 60, 'x'.repeat(32))}`;
    for (const [query, headers] of [
      ['channel=chat', { authorization }],
      ['channel=chat&token=garbage', {}],
    ] as const) {
      const answer = await rawHttp(`${push}/${transport}?${query}`, {
        headers: { ...headers, ...upgradeTo(transport) },
      });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
      expect(JSON.parse(await answer.rest())).toMatchObject({ code: 'UNAUTHORIZED' });
    }
  });
});

describe('a token that has expired', () => {
  it('is answered with a code of its own', async () => {
    const { push } = await guarded();
    const authorization = `Bearer ${await sign({ pushgate: { subscribe: ['*'] } }, -60)}`;
    const answer = await fetch(`${push}/sse?channel=a`, { headers: { authorization } });
    expect([answer.status, await problemOf(answer)]).toEqual([401, 'TOKEN_EXPIRED']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await refusedUpgrade(push, 'channel=a', { authorization })).toEqual([401, 'TOKEN_EXPIRED']);
  });

  it.each(catalog.filter((name) => name !== 'polling'))(
    '%s: ends the connection that it was for',
    async (transport) => {
      // The clocks may differ by nothing, so that the test need not wait for it.
      const authorize = jwt({ secret: SECRET, clockToleranceMs: 0 });
      const { push } = await guarded({ authorize });
      const authorization = `Bearer ${await sign({ pushgate: { subscribe: ['*'] } }, 2)}`;
      if (transport === 'websocket') {
        const client = socket(push, 'channel=a', { authorization });
        const bye = recordOf(client, ({ type }) => type === 'bye');
        const [code] = await once(client, 'close');
        expect(await bye).toEqual({ type: 'bye', reason: 'expired', retryMs: 0 });
        expect(code).toBe(4503);
        return;
      }
      const answer = await fetch(`${push}/${transport}?channel=a&wait=20`, { headers: { authorization } });
      expect(answer.status).toBe(200);
      const text = await answer.text();
      if (transport === 'long-polling') expect(JSON.parse(text)).toMatchObject({ messages: [] });
      else expect(text).toContain('{"type":"bye","reason":"expired","retryMs":0}');
      expect(await metric(push, 'pushgate_connections', transport).catch(() => 0)).toBe(0);
    },
  );
});

describe('a cookie that says who it is', () => {
  const origins = [PAGE];

  it('lets a page publish that is allowed by name, or is the gateway’s own, and nobody else', async () => {
    const { push, gateway, url } = await guarded({ origins });
    const cookie = `session=${await sign({ pushgate: { publish: ['*'], subscribe: ['*'] } })}`;
    const publish = async (headers: Record<string, string>) => {
      const answer = await fetch(`${push}/channels/a`, {
        method: 'POST',
        headers: { ...json, cookie, ...headers },
        body: '1',
      });
      return answer.status;
    };
    expect(await publish({ origin: PAGE })).toBe(201);
    expect(await publish({ origin: url })).toBe(201);
    expect(await publish({ 'sec-fetch-site': 'same-origin' })).toBe(201);
    expect(await publish({ origin: 'https://evil.example' })).toBe(403);
    expect(await publish({ origin: 'null' })).toBe(403);
    expect(await publish({})).toBe(403);
    expect(await publish({ 'sec-fetch-site': 'none' })).toBe(403);
    // What a plain form of an attacker's page can send needs no preflight.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect([403, 415]).toContain(await publish({ origin: 'https://evil.example', 'content-type': type }));
      expect([403, 415]).toContain(await publish({ origin: PAGE, 'content-type': type }));
    }
    expect(await gateway.history('a')).toHaveLength(3);
  });

  it('is not taken from a page that is only let in because everybody is', async () => {
    const { push } = await guarded({ origins: ['*'] });
    const token = await sign({ pushgate: { publish: ['*'], subscribe: ['*'] } });
    const cookie = `session=${token}`;
    const evil = { origin: 'https://evil.example' };
    const refused = await fetch(`${push}/sse?channel=a`, { headers: { cookie, ...evil } });
    expect([refused.status, await problemOf(refused)]).toEqual([403, 'ORIGIN_FORBIDDEN']);
    expect(await refusedUpgrade(push, 'channel=a', { cookie, ...evil })).toEqual([403, 'ORIGIN_FORBIDDEN']);
    const bearing = await fetch(`${push}/polling?channel=a`, {
      headers: { authorization: `Bearer ${token}`, ...evil },
    });
    expect(bearing.status).toBe(200);
  });

  it('is not taken for a frame whose records a page would get that is not allowed by name', async () => {
    const token = await sign({ pushgate: { subscribe: ['secret'] } });
    const frame = async ({ push }: Site, origin: string | null, headers: Record<string, string>) => {
      const query = new URLSearchParams({ channel: 'secret', ...(origin === null ? {} : { origin }) });
      // A browser that loads a frame sends the cookie along, and no `Origin`.
      const answer = await rawHttp(`${push}/iframe?${query}`, {
        headers: { ...headers, 'sec-fetch-mode': 'navigate' },
      });
      const code = answer.status === 200 ? null : JSON.parse(await answer.rest()).code;
      answer.socket.destroy();
      return [answer.status, code, answer.headers.get('content-security-policy')?.split('frame-ancestors ')[1]];
    };
    const refused = [403, 'ORIGIN_FORBIDDEN', undefined];
    const open = await guarded({ origins: ['*', PAGE] });
    // Other hosts of the same site are other origins; and a page of the gateway's own host may be made to load any address.
    for (const site of ['cross-site', 'same-site', 'same-origin']) {
      const headers = { cookie: `session=${token}`, 'sec-fetch-site': site };
      expect(await frame(open, 'https://evil.example', headers)).toEqual(refused);
      expect(await frame(open, PAGE, headers)).toEqual([200, null, PAGE]);
      expect(await frame(open, open.url, headers)).toEqual([200, null, open.url]);
      // The document may be framed by the gateway's own pages only, and posts to them only.
      expect(await frame(open, null, headers)).toEqual([200, null, "'self'"]);
    }
    // Who has the token itself did not get it from the browser.
    expect(await frame(open, 'https://evil.example', { authorization: `Bearer ${token}` })).toEqual([
      200,
      null,
      'https://evil.example',
    ]);
  });
});

describe('authorize', () => {
  const open: Access = { subscribe: ['*'], publish: ['*'] };

  it('is asked for each request and upgrade, with its name and query', async () => {
    const asked: string[] = [];
    const { push } = await inExpress({
      authorize: ({ name, query, request }) => {
        asked.push(`${request.method} ${name} ${query.get('channel') ?? ''}`);
        return open;
      },
    });
    await (await fetch(`${push}/polling?channel=a`)).text();
    await (await fetch(`${push}/channels/a`, { method: 'POST', headers: json, body: '1' })).text();
    const client = socket(push, 'channel=b');
    await recordOf(client, ({ type }) => type === 'hello');
    client.terminate();
    expect(asked).toEqual(['GET polling a', 'POST channels ', 'GET websocket b']);
  });

  it('may refuse in words of its own, and what else it throws stays inside', async () => {
    const failures: unknown[] = [];
    const { push, errors } = await inExpress({
      authorize: ({ query }) => {
        if (query.has('break')) throw new Error('the database is gone');
        failures.push(query);
        throw new PushError('FORBIDDEN', 'This address is banned; write to us.');
      },
    });
    const refused = await fetch(`${push}/polling?channel=a`);
    expect([refused.status, (await refused.json()).detail]).toEqual([403, 'This address is banned; write to us.']);
    const broken = await fetch(`${push}/polling?channel=a&break=1`);
    expect([broken.status, await problemOf(broken)]).toEqual([500, 'INTERNAL']);
    expect(errors).toHaveLength(1);
  });

  it('may say that there is no telling at the moment, and what is behind that is reported once', async () => {
    const gone = new PushError('UNAVAILABLE', 'Come back later.', { retryMs: 3_000, cause: new Error('no database') });
    let thrown: PushError = new PushError('UNAVAILABLE', 'Come back later.');
    const { push, errors } = await attached({
      authorize: () => {
        throw thrown;
      },
    });
    expect((await fetch(`${push}/polling?channel=a`)).status).toBe(503);
    expect(errors).toEqual([]);
    thrown = gone;
    for (let time = 0; time < 3; time++) {
      const refused = await fetch(`${push}/polling?channel=a`);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3']);
      expect(await refused.json()).toMatchObject({ code: 'UNAVAILABLE', retryMs: 3_000, detail: 'Come back later.' });
    }
    expect(await refusedUpgrade(push, 'channel=a')).toEqual([503, 'UNAVAILABLE']);
    expect(errors).toEqual([gone]);
  });

  it('grants nothing that it does not name', async () => {
    const { push } = await inExpress({ authorize: () => ({}) });
    expect((await fetch(`${push}/polling?channel=a`)).status).toBe(403);
    expect((await fetch(`${push}/channels/a`)).status).toBe(403);
  });

  it('is not asked for preflights, which carry nothing', async () => {
    const { push } = await guarded({ origins: [PAGE] });
    const headers = {
      origin: PAGE,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    };
    const answer = await fetch(`${push}/sse?channel=a`, { method: 'OPTIONS', headers });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, PAGE]);
  });
});
