import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect as connectTo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it, jest } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { WebSocketServer } from 'ws';
import { createGateway } from '../../server/gateway.js';
import { listen } from '../support/listen.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards, attached, problemOf } from './site.js';
import { listenWebSocket, Refused } from './streams.js';

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

  it('lets go of an upgrade that nobody wants, answered whole, though the peer never closes its own half', async () => {
    const text = 'x'.repeat(2_000_000);
    const site = await attached(
      {},
      createServer((_incoming, response) => response.end(text)),
    );
    const connections = () =>
      new Promise<number>((resolve) => site.server.getConnections((_error, count) => resolve(count)));
    const upgrade = 'Connection: Upgrade\r\nUpgrade: h2c\r\n';
    for (const [path, end] of [
      ['/push/health', '}'],
      ['/theirs', text],
    ] as const) {
      const socket = connectTo({ port: site.port, host: '127.0.0.1', allowHalfOpen: true });
      afterwards(() => socket.destroy());
      const pieces: Buffer[] = [];
      socket.on('data', (piece) => pieces.push(piece)).on('error', () => undefined);
      // What follows the request has no meaning, but must not cost the answer.
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${upgrade}\r\n`);
      socket.write('y'.repeat(10_000));
      await once(socket, 'end');
      expect(Buffer.concat(pieces).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(Buffer.concat(pieces).toString().endsWith(end)).toBe(true);
      await waitUntil('the server to let go', async () => (await connections()) === 0);
    }
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

/** As version 1 of body-parser does with a body that is not for it. */
function leaveEmptyBody(incoming: express.Request, _response: express.Response, next: express.NextFunction): void {
  incoming.body = {};
  next();
}
