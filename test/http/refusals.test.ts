import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { rawHttp } from '../support/raw-http.js';
import { inExpress, problemOf, type Site } from './site.js';

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
    ['close', 'close, Upgrade'],
    ['keep-alive', 'Upgrade'],
  ])('is a WebSocket without an upgrade, over a connection that is asked to %s', async (asked, answered) => {
    const answer = await rawHttp(`${site.push}/websocket?channel=a`, { headers: { connection: asked } });
    expect([answer.status, answer.headers.get('connection')]).toEqual([426, answered]);
    const ended = new Promise((resolve) => answer.socket.once('end', () => resolve('ended')));
    answer.socket.resume();
    // Node keeps an idle connection for five seconds.
    const kept = new Promise((resolve) => setTimeout(() => resolve('kept'), asked === 'close' ? 4_000 : 500));
    expect(await Promise.race([ended, kept])).toBe(asked === 'close' ? 'ended' : 'kept');
    answer.socket.destroy();
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
