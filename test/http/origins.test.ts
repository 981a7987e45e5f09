import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { createGateway } from '../../server/gateway.js';
import { PushError } from '../../transports/error.js';
import { rawHttp } from '../support/raw-http.js';
import type { Site } from './site.js';
import { inExpress, metric, problemOf } from './site.js';
import { listenWebSocket, refusal } from './streams.js';

/** Every path, with the method that it answers to. */
const ENTRANCES = [
  ['GET', 'polling?channel=a'],
  ['GET', 'long-polling?channel=a&wait=0'],
  ['GET', 'sse?channel=a'],
  ['GET', 'iframe?channel=a'],
  ['GET', 'channels/a'],
  ['POST', 'channels/a'],
  ['POST', 'uplink'],
  ['GET', 'health'],
  ['GET', 'metrics'],
] as const;

/** Asks, looks at the head only, and hangs up. */
async function ask(site: Site, method: string, path: string, headers: Record<string, string> = {}) {
  const body = method === 'POST' ? '[]' : '';
  const type: Record<string, string> = method === 'POST' ? { 'content-type': 'application/json' } : {};
  const answer = await rawHttp(`${site.push}/${path}`, { method, body, headers: { ...type, ...headers } });
  const problem = answer.headers.get('content-type')?.startsWith('application/problem+json');
  const code = problem ? JSON.parse(await answer.rest()).code : null;
  answer.socket.destroy();
  return { status: answer.status, headers: answer.headers, code };
}

describe('the origin of a page', () => {
  const ALLOWED = 'https://example.org';

  it.each(ENTRANCES)('that is not on the list is refused: %s %s', async (method, path) => {
    const site = await inExpress({ origins: [ALLOWED] });
    for (const origin of [
      'https://evil.example',
      'null',
      'https://example.org.evil.example',
      'http://example.org',
      'HTTPS://EXAMPLE.ORG',
      'garbage',
      ' ',
    ]) {
      const { status, code, headers } = await ask(site, method, path, { origin });
      expect([origin, status, code]).toEqual([origin, 403, 'ORIGIN_FORBIDDEN']);
      expect(headers.get('access-control-allow-origin')).toBeUndefined();
    }
  });

  it.each(ENTRANCES)('that is on the list may read the answer, with cookies: %s %s', async (method, path) => {
    const site = await inExpress({ origins: [ALLOWED] });
    const { status, headers } = await ask(site, method, path, { origin: ALLOWED });
    expect(status).toBeLessThan(300);
    expect(headers.get('access-control-allow-origin')).toBe(ALLOWED);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('vary')).toMatch(/\bOrigin\b/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(ENTRANCES)("that is the gateway's own may read the answer: %s %s", async (method, path) => {
    const site = await inExpress();
    for (const headers of [
      { origin: site.url },
      { origin: 'https://public.example', 'sec-fetch-site': 'same-origin' },
    ]) {
      expect((await ask(site, method, path, headers)).status).toBeLessThan(300);
    }
  });

  it.each([
    ['push.example.org:443', 'https://push.example.org', true],
    ['PUSH.example.org:80', 'http://push.example.org', true],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]', true],
    ['push.example.org:8443', 'https://push.example.org:8443', true],
    ['push.example.org:80', 'https://push.example.org', false],
    ['push.example.org:443', 'http://push.example.org', false],
    ['push.example.org:8443', 'https://push.example.org', false],
    ['push.example.org', 'https://push.example.org:8443', false],
    ['push.example.org:443', 'https://example.org', false],
  ])('that asks the host %s from %s is the gateway’s own: %j', async (host, origin, isOwn) => {
    const site = await inExpress();
    const { status } = await ask(site, 'GET', 'polling?channel=a', { host, origin });
    expect(status).toBe(isOwn ? 200 : 403);
  });

  it.each(ENTRANCES)('may be any one where everybody is let in, but without cookies: %s %s', async (method, path) => {
    const site = await inExpress({ origins: ['*'] });
    for (const origin of ['https://anybody.example', 'null', 'capacitor://localhost']) {
      const { status, headers } = await ask(site, method, path, { origin });
      expect(status).toBeLessThan(300);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-credentials')).toBeUndefined();
    }
  });

  it.each(ENTRANCES)('need not be said by who is no page: %s %s', async (method, path) => {
    const site = await inExpress();
    expect((await ask(site, method, path)).status).toBeLessThan(300);
  });

  it.each(ENTRANCES)(
    'that is another site is not answered where the browser embeds without asking: %s %s',
    async (method, path) => {
      const site = await inExpress();
      for (const where of ['cross-site', 'same-site']) {
        const embedded = await ask(site, method, path, { 'sec-fetch-site': where, 'sec-fetch-mode': 'no-cors' });
        expect([where, embedded.status, embedded.code]).toEqual([where, 403, 'ORIGIN_FORBIDDEN']);
      }
      for (const where of ['same-origin', 'none']) {
        const { status } = await ask(site, method, path, { 'sec-fetch-site': where, 'sec-fetch-mode': 'no-cors' });
        expect([where, status < 300]).toEqual([where, true]);
      }
    },
  );

  it('is checked on every upgrade', async () => {
    const site = await inExpress({ origins: [ALLOWED] });
    for (const origin of ['https://evil.example', 'null', 'http://example.org']) {
      expect(await refusal(site.push, '', { origin })).toMatchObject({ status: 403, code: 'ORIGIN_FORBIDDEN' });
    }
    for (const origin of [ALLOWED, site.url]) await (await listenWebSocket(site.push, '', { origin })).first('hello');
    const open = await inExpress({ origins: ['*'] });
    await (await listenWebSocket(open.push, '', { origin: 'null' })).first('hello');
  });

  it.each([
    'example.org',
    'https://example.org/',
    'https://example.org/path',
    'https://EXAMPLE.org',
    '',
    'javascript:x',
  ])('cannot be put on the list as %p', (origin) => {
    expect(() => createGateway({ origins: [origin] })).toThrow(PushError);
  });
});

describe('a preflight', () => {
  it.each(ENTRANCES)('lets a page of the list send what the client sends: %s %s', async (method, path) => {
    const site = await inExpress({ origins: ['https://example.org'] });
    const answer = await request(site.server)
      .options(`/push/${path}`)
      .set('Origin', 'https://example.org')
      .set('Access-Control-Request-Method', method)
      .set('Access-Control-Request-Headers', 'last-event-id, content-type, idempotency-key')
      .expect(204)
      .expect('Access-Control-Allow-Origin', 'https://example.org');
    expect(answer.headers['access-control-allow-methods']).toContain(method);
    for (const header of ['Last-Event-ID', 'Content-Type', 'Idempotency-Key', 'Authorization']) {
      expect(answer.headers['access-control-allow-headers']).toContain(header);
    }
  });

  it.each(ENTRANCES)('is refused to others: %s %s', async (method, path) => {
    const site = await inExpress({ origins: ['https://example.org'] });
    await request(site.server)
      .options(`/push/${path}`)
      .set('Origin', 'https://evil.example')
      .set('Access-Control-Request-Method', method)
      .expect(403);
  });
});

describe('what cannot be answered', () => {
  let site: Site;
  beforeEach(async () => {
    site = await inExpress({ limits: { bodyBytes: 1_000, messageBytes: 500 } });
  });
  const send = (path: string, init: RequestInit) => fetch(`${site.push}/${path}`, init);

  it.each([
    ['POST', 'sse?channel=a', 'GET, HEAD, OPTIONS'],
    ['PUT', 'polling?channel=a', 'GET, HEAD, OPTIONS'],
    ['DELETE', 'long-polling?channel=a', 'GET, HEAD, OPTIONS'],
    ['PATCH', 'iframe?channel=a', 'GET, HEAD, OPTIONS'],
    ['GET', 'uplink', 'POST'],
    ['PUT', 'uplink', 'POST'],
    ['DELETE', 'channels/a', 'GET, POST'],
    ['PUT', 'channels/a', 'GET, POST'],
    ['POST', 'health', 'GET'],
    ['DELETE', 'metrics', 'GET'],
  ])('is told so with what can be: %s %s', async (method, path, allowed) => {
    const answer = await send(path, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allowed);
    expect(await problemOf(answer)).toBe('METHOD_NOT_ALLOWED');
  });

  it.each(['uplink/x', 'channels', 'channels/', 'channels/a/b', 'health/x', 'metrics/'])(
    'is not found: %s',
    async (path) => {
      const answer = await send(path, {});
      // A slash at the end makes no other path in Express.
      if (path === 'metrics/') expect(answer.status).toBe(200);
      else expect([answer.status, await problemOf(answer)]).toEqual([404, 'NOT_FOUND']);
    },
  );

  it('is a downlink without a channel', async () => {
    for (const transport of ['sse', 'polling', 'long-polling', 'iframe']) {
      const answer = await send(transport, {});
      expect([answer.status, await problemOf(answer)]).toEqual([400, 'CHANNEL_MISSING']);
    }
  });

  it('is a WebSocket without an upgrade', async () => {
    const answer = await send('websocket?channel=a', {});
    expect([answer.status, await problemOf(answer)]).toEqual([426, 'UPGRADE_REQUIRED']);
    expect(answer.headers.get('upgrade')).toBe('websocket');
  });

  it.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'json',
  ])('is a body of the type %s', async (type) => {
    for (const path of ['uplink', 'channels/a']) {
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
      const answer = await send(path, { method: 'POST', headers, body: Buffer.from('[]') });
      expect([answer.status, await problemOf(answer)]).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED']);
    }
  });

  it('is a body that is missing, whatever type it says to have', async () => {
    for (const path of ['uplink', 'channels/a']) {
      for (const headers of [{}, { 'content-type': 'application/json' }, { 'content-length': '0' }]) {
        const answer = await rawHttp(`${site.push}/${path}`, { method: 'POST', headers });
        const problem = JSON.parse(await answer.rest());
        expect([answer.status, problem.code, problem.detail]).toEqual([
          400,
          'JSON_INVALID',
          expect.stringContaining('body is missing'),
        ]);
        answer.socket.destroy();
      }
    }
  });

  it('is not a body of JSON with a charset, or with capitals in its type', async () => {
    for (const headers of [
      { 'content-type': 'application/json; charset=utf-8' },
      { 'content-type': 'Application/JSON' },
    ]) {
      expect((await send('channels/a', { method: 'POST', headers, body: '1' })).status).toBe(201);
    }
  });

  const json = { 'content-type': 'application/json' };
  it.each([
    ['nothing', ''],
    ['half an array', '[1,'],
    ['two values', '1 2'],
    ['a number that JSON does not have', 'NaN'],
    ['single quotes', "{'a':1}"],
    ['a NUL', '"\u0000"'],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['half of a character', Buffer.from([0x22, 0xe2, 0x82, 0x22])],
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['UTF-16', Buffer.from('[1]', 'utf16le')],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('is a body with %s', async (_what, body) => {
    for (const path of ['uplink', 'channels/a']) {
      const answer = await send(path, { method: 'POST', headers: json, body });
      expect([answer.status, await problemOf(answer)]).toEqual([400, 'JSON_INVALID']);
    }
    expect(site.errors).toEqual([]);
  });

  it('is a body that is too large, or packed', async () => {
    const large = JSON.stringify('x'.repeat(2_000));
    for (const path of ['uplink', 'channels/a']) {
      const plain = await send(path, { method: 'POST', headers: json, body: large });
      expect([plain.status, await problemOf(plain)]).toEqual([413, 'TOO_LARGE']);
      for (const packing of ['gzip', 'br', 'x']) {
        const headers = { ...json, 'content-encoding': packing };
        const packed = await send(path, { method: 'POST', headers, body: gzipSync('[1]') });
        expect([packed.status, await problemOf(packed)]).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED']);
      }
    }
    const answer = await send('channels/a', { method: 'POST', headers: json, body: JSON.stringify('x'.repeat(600)) });
    expect([answer.status, await problemOf(answer)]).toEqual([413, 'TOO_LARGE']);
    expect(site.errors).toEqual([]);
  });

  it('is a path that is not well written', async () => {
    for (const path of ['channels/%', 'channels/%E0%A4%A', 'channels/%ff']) {
      const answer = await send(path, {});
      expect([path, answer.status, await problemOf(answer)]).toEqual([path, 400, 'BAD_REQUEST']);
    }
  });

  it('is a caller with a name that is none', async () => {
    for (const path of ['uplink', 'channels/a']) {
      const answer = await send(`${path}?client=a%20b`, { method: 'POST', headers: json, body: '[]' });
      expect([answer.status, await problemOf(answer)]).toEqual([400, 'BAD_REQUEST']);
    }
  });

  it('is a key that is too long', async () => {
    const headers = { ...json, 'idempotency-key': 'k'.repeat(201) };
    const answer = await send('channels/a', { method: 'POST', headers, body: '1' });
    expect([answer.status, await problemOf(answer)]).toEqual([400, 'OPERATION_INVALID']);
  });
});

describe('GET /push/health', () => {
  it('is ready when a message came back through the bus', async () => {
    const site = await inExpress({ bus: new MemoryBus({ epoch: 'e' }) });
    const { body } = await request(site.server).get('/push/health').expect(200).expect('Cache-Control', 'no-store');
    expect(body).toEqual({ status: 'ready', bus: { engine: 'memory', epoch: 'e' }, roundTripMs: expect.any(Number) });
  });

  it('asks the bus once for many who ask at the same time', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const site = await inExpress({ bus });
    await Promise.all(Array.from({ length: 20 }, () => request(site.server).get('/push/health').expect(200)));
    expect(await bus.head()).toBeLessThan(5);
  });

  it('is not ready when the bus takes nothing', async () => {
    const bus = new MemoryBus();
    const site = await inExpress({ bus });
    await bus.close();
    const { body } = await request(site.server).get('/push/health').expect(503);
    expect(body).toMatchObject({ status: 'unavailable', detail: 'The bus is closed.' });
  });

  it('cannot be read or written as a channel', async () => {
    const site = await inExpress();
    await request(site.server).get('/push/channels/$health').expect(400);
    await request(site.server).get('/push/polling?channel=$health').expect(400);
    await request(site.server).post('/push/channels/$health').send([1]).expect(400);
  });
});

describe('GET /push/metrics', () => {
  it('counts connections, deliveries, operations and refusals', async () => {
    const site = await inExpress();
    const socket = await listenWebSocket(site.push, '?channel=a');
    await socket.first('hello');
    socket.send({ type: 'publish', channel: 'a', data: 1 }, { type: 'call', method: 'none' }, { type: 'none' });
    await socket.dataOf(1);
    await request(site.server).get('/push/polling?channel=a').expect(200);
    await request(site.server).get('/push/polling').expect(400);
    const { headers } = await request(site.server).get('/push/metrics').expect(200);
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(await metric(site.push, 'pushgate_connections', 'websocket')).toBe(1);
    expect(await metric(site.push, 'pushgate_connections_total', 'websocket')).toBe(1);
    expect(await metric(site.push, 'pushgate_connections_total', '"polling"')).toBe(1);
    expect(await metric(site.push, 'pushgate_operations_total', 'type="publish",outcome="ack"')).toBe(1);
    expect(await metric(site.push, 'pushgate_operations_total', 'outcome="error"')).toBe(2);
    expect(await metric(site.push, 'pushgate_refusals_total', 'CHANNEL_MISSING')).toBe(1);
  });

  it('grows by no label that a client makes up', async () => {
    const site = await inExpress();
    for (const name of ['one', 'two', '__proto__']) {
      await request(site.server).get(`/push/${name}`);
      await request(site.server).get(`/push/polling?channel=${name}&client=${name}`);
      await request(site.server)
        .post('/push/uplink')
        .send([{ type: name, method: name }]);
    }
    const { text } = await request(site.server).get('/push/metrics');
    expect(text).not.toMatch(/"(one|two|__proto__)"/);
  });
});

describe('an option that makes no sense', () => {
  it.each([
    [{ heartbeatMs: 0 }],
    [{ heartbeatMs: Number.NaN }],
    [{ maxWaitMs: -1 }],
    [{ stalledMs: Number.POSITIVE_INFINITY }],
    [{ limits: { channels: 0 } }],
    [{ path: 'push' }],
    [{ path: '/push?x' }],
    [{ path: '/a//b' }],
  ])('is refused at once: %p', (options) => {
    expect(() => createGateway(options)).toThrow(PushError);
  });

  it('is refused at once where it is a transport that does not exist', () => {
    for (const name of ['carrier-pigeon', '__proto__', '../../server']) {
      expect(() => createGateway({ transports: [name] })).toThrow(/There is no transport/);
    }
  });

  it('is refused at once where a time is longer than a timer can wait', () => {
    expect(() => createGateway({ callTimeoutMs: Number.MAX_SAFE_INTEGER })).toThrow(/at most 2147483647/);
  });
});
