import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it, jest } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { WebSocketServer } from 'ws';
import { createGateway } from '../../server/gateway.js';
import type { RequestTransport } from '../../transports/server-transport.js';
import { listen } from '../support/listen.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards, attached, inExpress, metric, problemOf } from './site.js';
import { listenSse, listenWebSocket, Refused, refusal } from './streams.js';

describe('a gateway in an Express app', () => {
  it('lives under any path, beside other routes', async () => {
    const gateway = createGateway();
    afterwards(() => gateway.close());
    const app = express();
    app.get('/', (_request, response) => void response.send('home'));
    app.use('/deep/er', gateway.handler);
    app.get('/deep/er/other', (_request, response) => void response.send('other'));
    await request(app).post('/deep/er/channels/a').send([1]).expect(201);
    await request(app).get('/deep/er/polling?channel=a').expect(200);
    await request(app).get('/').expect('home');
    await request(app).get('/deep/er/other').expect('other');
    await request(app).get('/deep/er').expect(404);
    await request(app).get('/deep/erpolling?channel=a').expect(404);
  });

  it('lives at the root beside other routes', async () => {
    const gateway = createGateway();
    afterwards(() => gateway.close());
    const app = express();
    app.use(gateway.handler);
    app.get('/home', (_request, response) => void response.send('home'));
    await request(app).get('/polling?channel=a').expect(200);
    await request(app).get('/health').expect(200);
    await request(app).get('/home').expect('home');
    await request(app).get('/nothing').expect(404);
  });

  it('goes well with a body parser in front of it', async () => {
    const gateway = createGateway();
    afterwards(() => gateway.close());
    const app = express();
    app.use(express.json());
    app.use('/push', gateway.handler);
    await request(app).post('/push/channels/a').send({ text: 'hi' }).expect(201);
    expect((await gateway.history('a'))[0]?.data).toEqual({ text: 'hi' });
  });

  it.each([
    ['has read the body as bytes', express.raw({ type: '*/*' })],
    ['has read the body as a text', express.text({ type: '*/*' })],
    ['has read nothing and left an empty object', leaveEmptyBody],
  ])('publishes what was sent when a parser in front of it %s', async (_what, parser) => {
    const gateway = createGateway();
    afterwards(() => gateway.close());
    const app = express();
    app.use(parser);
    app.use('/push', gateway.handler);
    await request(app).post('/push/channels/a').send({ text: 'hi' }).expect(201);
    expect((await gateway.history('a'))[0]?.data).toEqual({ text: 'hi' });
  });

  it('is told when its upgrades are taken under another path', async () => {
    const gateway = createGateway();
    afterwards(() => gateway.close());
    const app = express().use('/api/push', gateway.handler);
    gateway.attach(createServer(app), { requests: false });
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    for (let times = 0; times < 2; times++) await request(app).get('/api/push/health').expect(200);
    expect(warn.mock.calls).toEqual([[expect.stringContaining("path: '/api/push'"), 'PushgateWarning']]);
    warn.mockRestore();
  });

  it('takes nothing for what it is not', () => {
    const gateway = createGateway();
    afterwards(() => gateway.close());
    const given = (value: unknown) => value as never;
    expect(() => gateway.attach(given({}))).toThrow('app.listen()');
    expect(() => gateway.attach(given(express()))).toThrow('app.listen()');
    expect(() => gateway.handle('m', given(5))).toThrow('function');
    for (const name of ['origins', 'hosts', 'transports', 'trustedProxies', 'latestOnly']) {
      expect(() => createGateway(given({ [name]: 'https://a.example' }))).toThrow(`"${name}" is an array`);
    }
  });

  it('offers no WebSocket where it cannot take an upgrade', async () => {
    const gateway = createGateway();
    afterwards(() => gateway.close());
    const app = express().use('/push', gateway.handler);
    const { body } = await request(app).get('/push/polling?channel=a&hello=1');
    expect(body.hello.transports).toEqual(['sse', 'long-polling', 'iframe', 'polling']);
  });
});

describe('a gateway attached to a server', () => {
  it('answers on its own path, and with a problem elsewhere where nobody else does', async () => {
    const site = await attached();
    await request(site.server).post('/push/channels/a').send([1]).expect(201);
    const elsewhere = await fetch(`${site.url}/elsewhere`);
    expect(elsewhere.status).toBe(404);
    expect(await problemOf(elsewhere)).toBe('NOT_FOUND');
    expect(await problemOf(await fetch(`${site.push}/nothing`))).toBe('NOT_FOUND');
    expect(await problemOf(await fetch(site.push))).toBe('NOT_FOUND');
    expect((await fetch(`${site.url}/pushy/health`)).status).toBe(404);
  });

  it.each(['', '/', '/a/b-c_d.e~f', '/push/'])('may live under %p', async (path) => {
    const server = createServer();
    const listening = await listen(server);
    const gateway = createGateway({ path });
    afterwards(() => gateway.close().then(listening.close));
    gateway.attach(server);
    const base = `${listening.url}${path.replace(/\/$/, '')}`;
    expect((await fetch(`${base}/health`)).status).toBe(200);
    await (await listenWebSocket(base)).first('hello');
  });

  it('leaves all other paths to the listeners that were there', async () => {
    const server = createServer((_request, response) => void response.end('theirs'));
    const site = await attached({}, server);
    await request(site.server).get('/').expect('theirs');
    await request(site.server).get('/pushy').expect('theirs');
    await request(site.server).get('/push/health').expect(200);
  });

  it('gives back the very listeners that were there, in their order, when it is undone', async () => {
    const calls: string[] = [];
    const first = (_request: IncomingMessage, response: ServerResponse) => {
      calls.push('first');
      response.end();
    };
    const second = () => void calls.push('second');
    const upgrade = () => undefined;
    const server = createServer(first).on('request', second).on('upgrade', upgrade);
    const listening = await listen(server);
    const gateway = createGateway();
    afterwards(() => gateway.close().then(listening.close));
    const undo = gateway.attach(server);
    undo();
    undo();
    expect(server.listeners('request')).toEqual([first, second]);
    expect(server.listeners('upgrade')).toEqual([upgrade]);
    await request(server).get('/push/health');
    expect(calls).toEqual(['first', 'second']);
  });

  it('may be undone in any order beside another one', async () => {
    const server = createServer((_request, response) => void response.end('theirs'));
    const listening = await listen(server);
    const gateways = ['/one', '/two'].map((path) => createGateway({ path }));
    afterwards(() => Promise.all(gateways.map((gateway) => gateway.close())).then(listening.close));
    const [undoOne, undoTwo] = gateways.map((gateway) => gateway.attach(server));
    await request(server).get('/one/health').expect(200);
    await request(server).get('/two/health').expect(200);
    undoOne?.();
    await request(server).get('/one/health').expect('theirs');
    await request(server).get('/two/health').expect(200);
    undoTwo?.();
    await request(server).get('/one/health').expect('theirs');
    await request(server).get('/two/health').expect('theirs');
  });

  it('lives beside other listeners for upgrades', async () => {
    const others = new WebSocketServer({ noServer: true });
    const server = createServer().on('upgrade', (upgrade: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (upgrade.url !== '/theirs/websocket') return;
      others.handleUpgrade(upgrade, socket, head, (client) => client.send('{"type":"bye","reason":"theirs"}'));
    });
    const site = await attached({}, server);
    expect((await (await listenWebSocket(`${site.url}/theirs`)).first('bye')).reason).toBe('theirs');
    await (await listenWebSocket(site.push)).first('hello');
  });

  it('answers upgrades that nobody else would', async () => {
    const site = await attached();
    const refused = await listenWebSocket(`${site.url}/elsewhere`).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('answers upgrades that none of several gateways wants', async () => {
    const server = createServer();
    const site = await attached({ path: '/one' }, server);
    const other = createGateway({ path: '/two' });
    afterwards(() => other.close());
    other.attach(server);
    await (await listenWebSocket(`${site.url}/one`)).first('hello');
    await (await listenWebSocket(`${site.url}/two`)).first('hello');
    const refused = await listenWebSocket(`${site.url}/three`).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('leaves upgrades under its path that are not its own to others', async () => {
    const others = new WebSocketServer({ noServer: true });
    const server = createServer().on('upgrade', (upgrade: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (upgrade.url !== '/theirs/websocket') return;
      others.handleUpgrade(upgrade, socket, head, (client) => client.send('{"type":"bye","reason":"theirs"}'));
    });
    const site = await attached({ path: '/' }, server);
    expect((await (await listenWebSocket(`${site.url}/theirs`)).first('bye')).reason).toBe('theirs');
    await (await listenWebSocket(site.url)).first('hello');
  });

  it('leaves requests under its path that are not its own to the listeners that were there', async () => {
    const site = await attached(
      { path: '/' },
      createServer((incoming, response) => response.end(`theirs: ${incoming.url}`)),
    );
    expect(await (await fetch(`${site.url}/hello?x=1`)).text()).toBe('theirs: /hello?x=1');
    expect((await fetch(`${site.url}/health`)).status).toBe(200);
  });

  it('serves requests that would rather speak HTTP/2 as what they are', async () => {
    const site = await attached(
      {},
      createServer((_incoming, response) => response.end('theirs')),
    );
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
    expect(await (await rawHttp(`${site.url}/hello`, { headers })).rest()).toBe('theirs');
    const poll = await rawHttp(`${site.push}/polling?channel=a`, { headers });
    expect(poll.status).toBe(200);
    expect(JSON.parse(await poll.rest())).toMatchObject({ messages: [] });
    const stream = await rawHttp(`${site.push}/sse?channel=a`, { headers });
    await site.gateway.publish('a', 'over a stream');
    let text = '';
    for await (const piece of stream) {
      text += piece;
      if (text.includes('over a stream')) break;
    }
    expect(text).toContain('over a stream');
    stream.socket.destroy();
    await waitUntil('the stream to be forgotten', async () => {
      const metrics = await (await fetch(`${site.push}/metrics`)).text();
      return metrics.includes('pushgate_connections{transport="sse"} 0');
    });
  });

  it('takes requests that name the whole address', async () => {
    const site = await attached();
    const socket = new Socket();
    afterwards(() => socket.destroy());
    socket.connect(site.port, '127.0.0.1');
    socket.write(`GET ${site.push}/health HTTP/1.1\r\nhost: 127.0.0.1:${site.port}\r\nconnection: close\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('serves several servers at once', async () => {
    const site = await attached();
    const second = await listen(createServer());
    afterwards(second.close);
    site.gateway.attach(second.server);
    const socket = await listenWebSocket(`${second.url}/push`, '?channel=a');
    await socket.first('hello');
    await request(site.server).post('/push/channels/a').send([1]).expect(201);
    expect(await socket.dataOf(1)).toEqual([[1]]);
  });
});

describe('closing a gateway', () => {
  it('ends every connection with a bye, refuses what comes later, and may be done twice', async () => {
    const site = await inExpress();
    const sse = await listenSse(`${site.push}/sse?channel=a`);
    const socket = await listenWebSocket(site.push);
    await Promise.all([sse.first('hello'), socket.first('hello')]);
    const closing = site.gateway.close();
    expect(site.gateway.close()).toBe(closing);
    await closing;
    await Promise.all([sse.first('bye'), socket.first('bye')]);
    for (const path of ['sse?channel=a', 'polling?channel=a', 'metrics', 'channels/a']) {
      const answer = await fetch(`${site.push}/${path}`);
      expect([path, answer.status]).toEqual([path, 503]);
      expect(await problemOf(answer)).toBe('UNAVAILABLE');
    }
    await expect(site.gateway.publish('a', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('goes on answering where it is attached, so that nobody hangs, until that is undone', async () => {
    const server = createServer((_request, response) => void response.end('theirs'));
    const listening = await listen(server);
    const gateway = createGateway();
    afterwards(listening.close);
    const undo = gateway.attach(server);
    await gateway.close();
    await request(server).get('/push/health').expect(503);
    await request(server).get('/elsewhere').expect('theirs');
    expect(server.listenerCount('upgrade')).toBe(0);
    undo();
    await request(server).get('/push/health').expect('theirs');
  });

  it('may happen before anything has begun', async () => {
    await createGateway().close();
    const gateway = createGateway();
    const ready = gateway.ready().catch((error: unknown) => error);
    await gateway.close();
    expect([undefined, 'UNAVAILABLE']).toContain(((await ready) as { code?: string } | undefined)?.code);
  });

  it('reaches a request that was on its way to its stream', async () => {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const late: RequestTransport = {
      name: 'late',
      carries: 'request',
      async serve({ response, flow }) {
        begin();
        await gate;
        const format = { name: 'late', message: () => '', packet: () => 'packet' };
        const downlink = flow<string>({
          format,
          write: (packet) => response.write(packet),
          end: ({ reason }) => response.end(reason),
        });
        response.once('close', () => downlink.closed());
      },
    };
    const site = await inExpress({ transports: [late] });
    const answer = fetch(`${site.push}/late?channel=a`);
    await begun;
    await site.gateway.close();
    go();
    expect(await (await answer).text()).toBe('the gateway is closing');
  });

  it('lets the process end', async () => {
    const program = `
      import { createServer } from 'node:http';
      import { createGateway } from './server/index.ts';
      const gateway = createGateway();
      gateway.handle('never', () => new Promise(() => {}));
      const server = createServer();
      gateway.attach(server);
      server.listen(0, '127.0.0.1', () => process.send(server.address().port));
      process.once('message', async () => {
        await gateway.close();
        server.close();
        process.disconnect();
      });
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    afterwards(() => child.kill('SIGKILL'));
    const [port] = await once(child, 'message');
    const push = `http://127.0.0.1:${port}/push`;
    const [sse, socket] = [await listenSse(`${push}/sse?channel=a`), await listenWebSocket(push, '?channel=a')];
    await Promise.all([sse.first('hello'), socket.first('hello')]);
    expect((await fetch(`${push}/health`, { headers: { connection: 'close' } })).status).toBe(200);
    child.send('close');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });
});

describe('a request whose client is gone before it is served', () => {
  it.each(['sse', 'iframe', 'long-polling', 'polling'])('leaves nothing behind on %s', async (transport) => {
    const gateway = createGateway();
    let held = 0;
    const app = express();
    app.use('/late', (_request, response, next) => {
      held++;
      // As a slow check of a token would do.
      response.once('close', () => setImmediate(next));
    });
    app.use('/late', gateway.handler);
    app.use('/push', gateway.handler);
    const listening = await listen(createServer(app));
    afterwards(() => gateway.close().then(listening.close));
    const connected: string[] = [];
    gateway.on('connect', ({ transport: name }) => void connected.push(name));
    for (let count = 0; count < 5; count++) {
      const gone = new AbortController();
      const answer = fetch(`${listening.url}/late/${transport}?channel=a`, { signal: gone.signal });
      await waitUntil('the request to be held', () => held === count + 1);
      gone.abort();
      await expect(answer).rejects.toThrow();
    }
    await waitUntil('nothing to be open', async () => {
      const text = await (await fetch(`${listening.url}/push/metrics`)).text();
      return held === 5 && !/^pushgate_connections\{.*\} [1-9]/m.test(text);
    });
    expect(connected).toEqual([]);
  });
});

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

/** As version 1 of body-parser does with a body that is not for it. */
function leaveEmptyBody(incoming: express.Request, _response: express.Response, next: express.NextFunction): void {
  incoming.body = {};
  next();
}
