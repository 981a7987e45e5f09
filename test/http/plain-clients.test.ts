import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards, attached, inExpress, metric, problemOf } from './site.js';
import { refusal } from './streams.js';

describe('a client that is not a browser', () => {
  it('may speak HTTP/1.0', async () => {
    const site = await inExpress();
    await site.gateway.publish('a', 'x'.repeat(100));
    const { port } = site;
    for (const [path, expected] of [
      ['polling?channel=a&since=earliest', '"messages":[{'],
      ['sse?channel=a&since=earliest', 'event:hello'],
      ['iframe?channel=a&since=earliest', '<script>push('],
    ] as const) {
      const text = await untilSeen(port, `GET /push/${path} HTTP/1.0\r\n\r\n`, expected);
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(text).not.toMatch(/transfer-encoding: chunked/i);
    }
  });

  it('may keep its connection and send two requests at once', async () => {
    const site = await inExpress();
    await site.gateway.publish('a', 1);
    const one = 'GET /push/polling?channel=a&since=earliest HTTP/1.1\r\nHost: h\r\n\r\n';
    const two = 'GET /push/channels/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
    const text = await untilSeen(site.port, one + two, '"channel":"a","cursor"');
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(text.indexOf('"messages"')).toBeLessThan(text.indexOf('"channel":"a","cursor"'));
  });

  it('gets the answer to what it asked behind a stream only when that is over', async () => {
    const site = await inExpress();
    const stream = 'GET /push/long-polling?channel=a&wait=20 HTTP/1.1\r\nHost: h\r\n\r\n';
    const second = 'GET /push/channels/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
    const answers = untilSeen(site.port, stream + second, '"channel":"a","cursor"');
    await waitUntil('the poll to wait', async () =>
      (await (await fetch(`${site.push}/metrics`)).text()).includes('pushgate_connections{transport="long-polling"} 1'),
    );
    await site.gateway.publish('a', 'first');
    const text = await answers;
    expect(text.indexOf('"first"')).toBeLessThan(text.indexOf('"channel":"a","cursor"'));
  });

  it.each(['sse/foo', 'sse/a/b', 'sse//', 'polling/foo', 'long-polling/foo', 'iframe/foo', 'websocket/foo'])(
    'finds nothing below a transport: %s',
    async (path) => {
      for (const site of [await inExpress(), await attached()]) {
        const answer = await rawHttp(`${site.push}/${path}?channel=a`, { headers: { connection: 'close' } });
        expect(answer.status).toBe(404);
        const name = path.split('/', 1)[0];
        expect((await fetch(`${site.push}/${name}/?channel=a`, { method: 'HEAD' })).status).not.toBe(404);
      }
      const site = await attached();
      const refused = await refusal(`${site.push}/websocket/foo`);
      expect([refused.status, refused.code]).toEqual([404, 'NOT_FOUND']);
    },
  );

  it('may name the whole address', async () => {
    for (const site of [await inExpress(), await attached()]) {
      const ask = async (path: string, headers: Record<string, string> = {}) => {
        const answer = await rawHttp(site.push, { target: `${site.push}/${path}`, headers: { host: 'h', ...headers } });
        answer.socket.destroy();
        return answer.status;
      };
      expect(await ask('polling?channel=a')).toBe(200);
      expect(await ask('channels/a?limit=1')).toBe(200);
      expect(await ask('nothing')).toBe(404);
      // The host of the address counts, and not the header.
      expect(await ask('polling?channel=a', { origin: site.url })).toBe(200);
      expect(await ask('polling?channel=a', { origin: 'http://h' })).toBe(403);
    }
    const site = await attached();
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
    const head = `GET ${site.push}/websocket HTTP/1.1\r\nHost: h\r\n${upgrade}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    expect(await untilSeen(site.port, head, '"hello"')).toMatch(/^HTTP\/1\.1 101 /);
  });

  it.each(['sse', 'iframe'])(
    'is not told over HTTP/1.0 that a stream without a length could be kept: %s',
    async (name) => {
      const site = await inExpress();
      const head = await untilSeen(
        site.port,
        `GET /push/${name}?channel=a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`,
        '"hello"',
      );
      expect(head).toMatch(/^connection: close\r$/im);
      expect(head).not.toMatch(/keep-alive/i);
    },
  );

  it.each([
    ['long-polling?channel=a&wait=abc', 'BAD_REQUEST'],
    ['long-polling?channel=a&since=x', 'CURSOR_INVALID'],
    ['iframe?channel=a&origin=http://evil.example', 'ORIGIN_FORBIDDEN'],
    ['polling', 'CHANNEL_MISSING'],
  ])('is refused with HEAD what is refused with GET: %s', async (path, code) => {
    const site = await inExpress();
    const [head, get] = [await fetch(`${site.push}/${path}`, { method: 'HEAD' }), await fetch(`${site.push}/${path}`)];
    expect([head.status, await problemOf(get)]).toEqual([get.status, code]);
    expect(head.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  });

  it.each(['sse', 'polling', 'long-polling', 'iframe'])('gets with HEAD the head of GET: %s', async (name) => {
    const site = await inExpress();
    await site.gateway.publish('a', 1);
    for (const query of ['channel=a&since=earliest', 'channel=a&wait=0']) {
      const heads: Record<string, string>[] = [];
      for (const method of ['HEAD', 'GET']) {
        const answer = await rawHttp(`${site.push}/${name}?${query}`, { method });
        answer.socket.destroy();
        // Whether a body is cut into pieces is said only of one that comes (RFC 9112, section 6.1).
        const heard = new Map(answer.headers);
        for (const name of ['date', 'transfer-encoding']) heard.delete(name);
        // And whether a connection is kept is said of that, not of what is asked for: a stream ends with its own.
        for (const name of ['connection', 'keep-alive']) heard.delete(name);
        heads.push({ status: String(answer.status), ...Object.fromEntries(heard) });
      }
      expect(heads[0]).toEqual(heads[1]);
    }
    // It holds nothing: a long-poll does not wait, a stream does not begin.
    expect((await fetch(`${site.push}/${name}?channel=a`, { method: 'HEAD' })).status).toBe(200);
    expect(await metric(site.push, 'pushgate_connections')).toBe(0);
  });

  it('may ask with HEAD', async () => {
    const site = await inExpress();
    for (const path of [
      'sse?channel=a',
      'polling?channel=a',
      'long-polling?channel=a',
      'iframe?channel=a',
      'health',
      'metrics',
      'channels/a',
    ]) {
      const answer = await rawHttp(`${site.push}/${path}`, { method: 'HEAD', headers: { connection: 'close' } });
      expect([path, answer.status]).toEqual([path, 200]);
      answer.socket.destroy();
    }
    expect((await fetch(`${site.push}/sse`, { method: 'HEAD' })).status).toBe(400);
  });
});

/** Sends bytes, and reads until a text has come. */
async function untilSeen(port: number, bytes: string, expected: string): Promise<string> {
  const socket = new Socket().setEncoding('utf8');
  afterwards(() => socket.destroy());
  let text = '';
  socket.on('data', (piece) => {
    text += piece;
  });
  socket.on('error', () => undefined);
  socket.connect(port, '127.0.0.1');
  socket.write(bytes);
  await waitUntil(expected, () => text.includes(expected));
  socket.destroy();
  return text;
}
