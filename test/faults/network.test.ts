import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Exchange, Way } from '../../demo/network/exchange.js';
import {
  blackHole,
  bufferResponse,
  cutAfter,
  cutAfterHead,
  delay,
  type Fault,
  failAfterForwarding,
  limit,
  pass,
  refuse,
  reset,
  slice,
  stripUpgrade,
  swallowBody,
  Valve,
} from '../../demo/network/fault.js';
import { FaultProxy } from '../../demo/network/fault-proxy.js';
import { type Listening, listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';

/** What the server did and saw, and what a raw client got through the proxy. */
let server: Listening;
let proxy: FaultProxy;
let seen: { head: string; body: string; isOver: boolean }[];
const clients: Client[] = [];

/** Answers with "hello" and then " world"; on `/stream` without an end, and on an upgrade with what it is sent. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const record = { head: request.rawHeaders.join(' '), body: '', isOver: false };
  seen.push(record);
  request.on('data', (piece: Buffer) => {
    record.body += piece.toString();
  });
  response.once('close', () => {
    record.isOver = true;
  });
  request.once('end', async () => {
    response.write('hello');
    await sleep(20);
    if (request.url === '/stream') response.write(' world');
    else response.end(' world');
  });
}

function upgrade(request: IncomingMessage, socket: Socket): void {
  seen.push({ head: request.rawHeaders.join(' '), body: '', isOver: false });
  socket.on('error', () => socket.destroy());
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
  socket.pipe(socket);
}

/** A client with nothing between it and its bytes. */
class Client {
  received = '';
  end: 'open' | 'ended' | 'reset' = 'open';
  readonly socket: Socket;

  constructor(head: string, body = '', host = 'x') {
    clients.push(this);
    this.socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    this.socket.on('data', (piece) => {
      this.received += piece.toString();
    });
    this.socket.on('error', () => {
      this.end = 'reset';
    });
    this.socket.once('close', () => {
      if (this.end === 'open') this.end = 'ended';
    });
    this.socket.write(`${head}\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }

  until(what: string, done: () => boolean): Promise<unknown> {
    return waitUntil(`${what}; received ${JSON.stringify(this.received)}, ${this.end}`, done);
  }

  untilOver(): Promise<unknown> {
    return this.until('the end', () => this.end !== 'open');
  }
}

const GET = 'GET /one HTTP/1.1';
const STREAM = 'GET /stream HTTP/1.1';
const UPGRADE = 'GET /up HTTP/1.1\r\nUpgrade: echo\r\nConnection: Upgrade';

beforeEach(async () => {
  seen = [];
  const http = createServer(answer);
  http.on('upgrade', upgrade);
  server = await listen(http);
  proxy = await FaultProxy.before(server.port);
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await proxy.close();
  await server.close();
});

function under(fault: Fault): void {
  proxy.rule = () => fault;
}

describe('the network', () => {
  it('carries requests, bodies, streams and upgrades as they are', async () => {
    under(pass);
    const posted = new Client('POST /one HTTP/1.1', 'a body');
    await posted.untilOver();
    expect(posted.received).toMatch(/^HTTP\/1\.1 200 .*hello.* world/s);
    expect(seen[0]?.body).toBe('a body');
    const upgraded = new Client(UPGRADE);
    await upgraded.until('the upgrade', () => upgraded.received.includes('\r\n\r\n'));
    upgraded.socket.write('back and forth');
    await upgraded.until('the echo', () => upgraded.received.endsWith('back and forth'));
    const stream = new Client(STREAM);
    await stream.until('the stream', () => stream.received.includes(' world'));
    stream.socket.destroy();
    await waitUntil('the server to see the end', () => seen.at(-1)?.isOver === true);
  });

  it('resets, swallows and refuses what then never arrives', async () => {
    under(reset);
    const first = new Client(GET);
    await first.untilOver();
    under(refuse(403));
    const second = new Client(GET);
    await second.untilOver();
    under(blackHole);
    const third = new Client(GET);
    await sleep(100);
    expect([first.end, second.end, third.end]).toEqual(['reset', 'ended', 'open']);
    expect([first.received, third.received]).toEqual(['', '']);
    expect(second.received).toMatch(/^HTTP\/1\.1 403 /);
    expect(second.received).not.toContain('Access-Control');
    expect(seen).toEqual([]);
  });

  it('refuses so that a page of another origin is told the status as well', async () => {
    under(refuse(403));
    const page = new Client(`${GET}\r\nOrigin: http://page.test`);
    await page.untilOver();
    expect(page.received).toMatch(/^HTTP\/1\.1 403 /);
    expect(page.received).toContain('\r\nAccess-Control-Allow-Origin: http://page.test\r\n');
  });

  it('delays, limits and slices without changing a byte', async () => {
    for (const fault of [delay(30), limit(4_000), slice(() => 1)]) {
      under(fault);
      const client = new Client('POST /one HTTP/1.1', 'x'.repeat(200));
      await client.untilOver();
      expect(client.received).toMatch(/hello.* world/s);
      expect(seen.at(-1)?.body).toBe('x'.repeat(200));
    }
  });

  it('limits: as many bytes take as much time', async () => {
    under(limit(1_000));
    const began = performance.now();
    await new Client('POST /one HTTP/1.1', 'x'.repeat(500)).untilOver();
    // From below only: a slow machine is no fault.
    expect(performance.now() - began).toBeGreaterThan(450);
  });

  it('cuts after so many bytes of the answer, or of the request', async () => {
    under(cutAfter(7));
    const down = new Client(GET);
    await down.untilOver();
    expect(down.received).toBe('HTTP/1.');
    under(cutAfter(3, 'up'));
    const up = new Client('POST /one HTTP/1.1', 'a body');
    await up.untilOver();
    await waitUntil('the server to see the cut', () => seen.at(-1)?.isOver === true);
    expect([up.received, seen.at(-1)?.body]).toEqual(['', 'a b']);
  });

  it('lets the head of an answer through, and then nothing, or the end', async () => {
    under(swallowBody);
    const swallowed = new Client(STREAM);
    await swallowed.until('the head', () => swallowed.received.endsWith('\r\n\r\n'));
    await sleep(100);
    expect([swallowed.end, swallowed.received]).toEqual(['open', expect.not.stringContaining('hello')]);
    under(cutAfterHead);
    const cut = new Client(UPGRADE);
    await cut.untilOver();
    expect(cut.received).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\n$/s);
  });

  it('holds a response until it is whole', async () => {
    under(bufferResponse);
    const stream = new Client(STREAM);
    const whole = new Client(GET);
    await whole.untilOver();
    expect(whole.received).toMatch(/hello.* world/s);
    expect([stream.received, stream.end]).toEqual(['', 'open']);
  });

  it('delays each piece by itself: as many as are under way arrive in the time of one', async () => {
    const down: Duplex[] = [];
    const exchange = { pass: (way: Way) => down.push(...(way.down === undefined ? [] : [way.down])) };
    delay(200)(exchange as unknown as Exchange);
    const [line] = down;
    const began = performance.now();
    for (let piece = 0; piece < 100; piece++) line?.write('x');
    line?.end();
    let received = '';
    for await (const piece of line ?? []) received += String(piece);
    expect(received).toBe('x'.repeat(100));
    expect(performance.now() - began).toBeGreaterThan(190);
    // One after the other they would take twenty seconds.
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('holds no more of a delayed answer than a proxy does, however much is sent to who does not read', async () => {
    const down: Duplex[] = [];
    const exchange = { pass: (way: Way) => down.push(...(way.down === undefined ? [] : [way.down])) };
    delay(1)(exchange as unknown as Exchange);
    const [line] = down;
    if (line === undefined) throw new Error('Nothing is on the way down.');
    const piece = Buffer.alloc(65_536);
    let written = 0;
    let isWaiting = false;
    for (; written < 1_000 && !isWaiting; written++) {
      if (line.write(piece)) continue;
      const drained = new Promise<boolean>((resolve) => line.once('drain', () => resolve(true)));
      isWaiting = !(await Promise.race([drained, sleep(500, false)]));
    }
    expect(isWaiting).toBe(true);
    expect(written * piece.length).toBeLessThan(6 * 1024 * 1024);
    line.end();
    let received = 0;
    for await (const part of line) received += Buffer.from(part).length;
    expect(received).toBe(written * piece.length);
  });

  it('lets go of what is no request, and of a client that leaves a black hole', async () => {
    under(blackHole);
    const wrong = new Client('GET // HTTP/1.1');
    const endless = new Client(`GET /${'x'.repeat(300_000)} HTTP/1.1`);
    await Promise.all([wrong.untilOver(), endless.untilOver()]);
    const held = new Client(GET);
    await waitUntil('the request', () => proxy.requests.length === 1);
    const left = new Promise((resolve) => held.socket.once('close', resolve));
    held.socket.end();
    // The proxy ends its own side when it has seen the client's end.
    await left;
  });

  it('names the server in each Host if it is asked to, under the name that the client had for it', async () => {
    await proxy.close();
    proxy = await FaultProxy.before(server.port, { namesServer: true, remembers: false });
    const hosts = ['x', `localhost:${proxy.port}`, '[::1]:1', 'evil.example'];
    for (const host of hosts) await new Client(GET, '', host).untilOver();
    expect(seen.map(({ head }) => /Host (\S+)/i.exec(head)?.[1])).toEqual(
      ['x', 'localhost', '[::1]', 'evil.example'].map((name) => `${name}:${server.port}`),
    );
    expect(proxy.requests).toEqual([]);
  });

  it('takes the wish for an upgrade out', async () => {
    under(stripUpgrade);
    const client = new Client(UPGRADE);
    await client.untilOver();
    expect(client.received).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen[0]?.head).not.toMatch(/upgrade/i);
  });

  it('answers 502 when the server has done its work', async () => {
    under(failAfterForwarding());
    const client = new Client('POST /one HTTP/1.1', 'a body');
    await client.untilOver();
    expect(client.received).toMatch(/^HTTP\/1\.1 502 /);
    expect(client.received).not.toContain('hello');
    expect(seen[0]?.body).toBe('a body');
  });

  it('shuts and opens the way down', async () => {
    const valve = new Valve();
    under(valve.fault);
    const client = new Client(UPGRADE);
    await client.until('the upgrade', () => client.received.includes('\r\n\r\n'));
    valve.shut();
    client.socket.write('held');
    await sleep(100);
    expect(client.received).not.toContain('held');
    valve.open();
    await client.until('what was held', () => client.received.endsWith('held'));
  });

  it('severs a line, and neither end learns of it', async () => {
    const here = new Client(STREAM);
    const there = new Client(STREAM);
    await here.until('both', () => here.received.includes(' world') && there.received.includes(' world'));
    proxy.sever();
    here.socket.destroy();
    await sleep(100);
    expect(seen[0]?.isOver).toBe(false);
    await server.close();
    await sleep(100);
    expect(there.end).toBe('open');
  });

  it('blocks by name, cuts what is under way, and leaves no socket when it is closed', async () => {
    const stream = new Client(STREAM);
    await stream.until('the stream', () => stream.received.includes(' world'));
    proxy.block(new Set(['stream']), blackHole);
    await stream.untilOver();
    const other = new Client(GET);
    await other.untilOver();
    expect(other.received).toContain(' world');
    const held = new Client(STREAM);
    await waitUntil('the request', () => proxy.requests.length === 3);
    await proxy.close();
    await held.untilOver();
    proxy = await FaultProxy.before(server.port);
  });

  it('goes on when connections to it cannot be taken', async () => {
    await proxy.close();
    const listening = jest.spyOn(Server.prototype, 'listen');
    proxy = await FaultProxy.before(server.port);
    const [inside] = listening.mock.instances;
    listening.mockRestore();
    for (let time = 0; time < 2; time++) expect(inside?.emit('error', new Error('accept EMFILE'))).toBe(true);
    const client = new Client(GET);
    await client.untilOver();
    expect(client.received).toContain(' world');
  });
});
