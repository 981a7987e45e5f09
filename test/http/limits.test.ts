import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { connect } from '../../client/node.js';
import { Valve } from '../../demo/network/fault.js';
import { FaultProxy } from '../../demo/network/fault-proxy.js';
import { createGateway } from '../../server/gateway.js';
import { catalog } from '../../transports/catalog.js';
import { newFolder } from '../support/folder.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards, attached, deserted, inExpress, metric, problemOf } from './site.js';

/** What works in Node. */
const transports = catalog.filter((name) => name !== 'iframe');

function publish(push: string, from = '127.0.0.1'): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
  return fetch(`${push}/channels/a`, { method: 'POST', headers, body: '1' });
}

/** A client of its own that listens to the channel `a`; resolves when it does, or with what ended it. */
async function listener(push: string, transport: string) {
  const push_ = connect(push, { transports: [transport], pollMs: 50, backoffMs: 20, backoffCapMs: 100 });
  afterwards(() => push_.close());
  const subscription = push_.subscribe('a', () => undefined);
  const ended = await subscription.ready.then(
    () => null,
    (error: unknown) => error,
  );
  return { client: push_, ended };
}

function opened(push: string, transport: string): Promise<number> {
  return metric(push, 'pushgate_connections_total', `transport="${transport}"`);
}

/** All that comes until the gateway ends it. */
async function wholeAnswer(address: string): Promise<string> {
  if (!address.includes('/websocket')) return (await fetch(address)).text();
  const socket = new WebSocket(address.replace('http', 'ws'));
  const frames: unknown[] = [];
  socket.on('message', (frame) => frames.push(frame));
  await once(socket, 'close');
  return frames.join('\n');
}

describe('the connections of an address', () => {
  it.each(transports)('%s: are refused with 429 beyond the limit, until one leaves', async (transport) => {
    const { push } = await inExpress({ limits: { connectionsPerAddress: 2 } });
    const streams = await Promise.all([1, 2].map(() => rawHttp(`${push}/sse?channel=a`)));
    const address = `${push}/${transport === 'websocket' ? 'sse' : transport}?channel=a&client=late`;
    const refused = await fetch(address);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('10');
    expect(await problemOf(refused)).toBe('CONNECTIONS_TOO_MANY');
    if (transport === 'websocket') {
      const socket = new WebSocket(`${push.replace('http', 'ws')}/websocket?channel=a`);
      const [, answer] = await once(socket, 'unexpected-response');
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '10']);
    }
    expect(await metric(push, 'pushgate_refusals_total', 'CONNECTIONS_TOO_MANY')).toBeGreaterThan(0);
    streams[0]?.socket.destroy();
    await waitUntil('a seat', async () => (await fetch(`${push}/polling?channel=a&client=late`)).status === 200);
    streams[1]?.socket.destroy();
  });

  it.each(transports)('%s: one client has one seat, over every change of transport', async (transport) => {
    const { push, gateway } = await attached({ limits: { connectionsPerAddress: 1 } });
    const { client, ended } = await listener(push, transport);
    expect(ended).toBeNull();
    // Renews its connection, or asks again: both are there for a moment.
    await client.subscribe('b', () => undefined).ready;
    await gateway.publish('b', 1);
    expect(client.state).toBe('open');
  });

  it.each(transports)('%s: the oldest client goes for good, where that is asked for', async (transport) => {
    const { push } = await attached({ limits: { connectionsPerAddress: 1 }, whenFull: 'close-oldest' });
    const { client: old } = await listener(push, transport);
    const errors: string[] = [];
    old.on('error', ({ code }) => errors.push(code));
    const { client, ended } = await listener(push, transport);
    expect(ended).toBeNull();
    await waitUntil('the end of the old client', () => old.state === 'closed');
    expect(errors.at(-1)).toMatch(/^(UNAVAILABLE|CONNECTION_REPLACED)$/);
    expect(client.state).toBe('open');
    expect(await metric(push, 'pushgate_refusals_total', 'CONNECTION_REPLACED')).toBeGreaterThan(0);
  });

  it.each(['sse', 'iframe', 'websocket', 'long-polling'])(
    '%s: are eight of one client at most, whatever it calls itself: the oldest one is closed, with a time to come back',
    async (transport) => {
      const { push, gateway } = await attached({ limits: { connectionsPerAddress: 1 } });
      let here = 0;
      gateway.on('connect', () => here++);
      gateway.on('disconnect', () => here--);
      const ends: Promise<string>[] = [];
      for (let count = 0; count < 20; count++) {
        ends.push(wholeAnswer(`${push}/${transport}?channel=a&client=x`));
        await waitUntil('the connection', async () => (await opened(push, transport)) === count + 1);
      }
      await waitUntil('the end of those that are too many', () => here === 8);
      for (const end of await Promise.all(ends.slice(0, 12))) expect(end).toMatch(/"retryMs":10000/);
      expect(await metric(push, 'pushgate_connections_crowded_out_total')).toBe(12);
      // Another client is still one too many.
      expect((await fetch(`${push}/polling?channel=a&client=y`)).status).toBe(429);
    },
  );

  it('is that of the client when the proxy before it is trusted, and only then', async () => {
    const limits = { connectionsPerAddress: 1 };
    const trusting = await inExpress({ limits, trustedProxies: ['loopback'] });
    const open = (push: string, from: string) =>
      fetch(`${push}/polling?channel=a&client=${from.replaceAll('.', '-')}`, { headers: { 'x-forwarded-for': from } });
    expect((await open(trusting.push, '192.0.2.1')).status).toBe(200);
    expect((await open(trusting.push, '192.0.2.2')).status).toBe(200);
    const wary = await inExpress({ limits });
    expect((await open(wary.push, '192.0.2.1')).status).toBe(200);
    expect((await open(wary.push, '192.0.2.2')).status).toBe(429);
    expect(() => createGateway({ trustedProxies: ['nonsense'] })).toThrow(/trustedProxies/);
    expect(() => createGateway({ limits: { connectionsPerAddress: 0 } })).toThrow(/connectionsPerAddress/);
  });

  it('is that of the client when the proxy comes over a Unix socket and those are trusted, and only then', async () => {
    const statuses = async (trustedProxies: readonly string[], ...from: string[]) => {
      const gateway = createGateway({ limits: { connectionsPerAddress: 1 }, trustedProxies });
      const server = createServer();
      gateway.attach(server);
      const socketPath = join(newFolder(), 'gateway.sock');
      server.listen(socketPath);
      await once(server, 'listening');
      afterwards(async () => {
        await gateway.close();
        await new Promise((resolve) => server.close(resolve));
      });
      const seen: unknown[] = [];
      for (const [number, address] of from.entries()) {
        const path = `/push/polling?channel=a&client=c${number}`;
        const asked = request({ socketPath, path, agent: false, headers: { 'x-forwarded-for': address } }).end();
        const [answer] = await once(asked, 'response');
        answer.resume();
        seen.push(answer.statusCode);
      }
      return seen;
    };
    expect(await statuses(['unix'], '192.0.2.1', '192.0.2.2', '192.0.2.1')).toEqual([200, 200, 429]);
    // What a client claims stands before what the proxy adds, and counts only if the proxy before is named too.
    expect(await statuses(['unix'], '1.1.1.1, 192.0.2.1', '1.1.1.2, 192.0.2.1')).toEqual([200, 429]);
    expect(await statuses(['unix', '192.0.2.1'], '1.1.1.1, 192.0.2.1', '1.1.1.2, 192.0.2.1')).toEqual([200, 200]);
    for (const others of [[], ['loopback']]) {
      expect(await statuses(others, '192.0.2.1', '192.0.2.2')).toEqual([200, 429]);
    }
    // Whoever comes over TCP is no Unix socket.
    const { push } = await inExpress({ limits: { connectionsPerAddress: 1 }, trustedProxies: ['unix'] });
    const open = (from: string) =>
      fetch(`${push}/polling?channel=a&client=c${from}`, { headers: { 'x-forwarded-for': `192.0.2.${from}` } });
    expect([(await open('1')).status, (await open('2')).status]).toEqual([200, 429]);
  });

  it('has all its seats back after a thousand connections that were cut', async () => {
    const { push } = await inExpress({ limits: { connectionsPerAddress: 50 } });
    for (let round = 0; round < 20; round++) {
      const streams = await Promise.all(Array.from({ length: 50 }, () => rawHttp(`${push}/sse?channel=a`)));
      for (const { socket, status } of streams) {
        expect(status).toBe(200);
        socket.destroy();
      }
      await deserted(push);
    }
  });
});

describe('a flood of publishes', () => {
  it('gets 429 with Retry-After beyond the rate, and goes on at the rate', async () => {
    const { push, gateway } = await inExpress({ limits: { publishesPerSecond: 5 } });
    const statuses = [];
    for (let count = 0; count < 6; count++) statuses.push((await publish(push)).status);
    expect(statuses.slice(0, 5)).toEqual([201, 201, 201, 201, 201]);
    const refused = await publish(push);
    // Slow machines may have earned another one meanwhile.
    if (refused.status !== 201) {
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(await problemOf(refused)).toBe('RATE_LIMITED');
    }
    await waitUntil('a token', async () => (await publish(push)).status === 201);
    // The gateway's own application is not a stranger.
    await Promise.all(Array.from({ length: 20 }, () => gateway.publish('a', 1)));
  });

  it('refuses a batch as a whole when nothing of it can be done, else each message for itself', async () => {
    const { push, gateway } = await inExpress({ limits: { publishesPerSecond: 0.001 } });
    const post = (...keys: string[]) => {
      const operations = keys.map((key) => ({ type: 'publish', channel: 'a', data: key, key }));
      const headers = { 'content-type': 'application/json' };
      return fetch(`${push}/uplink`, { method: 'POST', headers, body: JSON.stringify(operations) });
    };
    const first = await post('0', '1');
    expect(first.status).toBe(200);
    expect(await first.json()).toMatchObject([{ type: 'ack' }, { type: 'error', code: 'RATE_LIMITED', key: '1' }]);
    const second = await post('2', '3');
    expect([second.status, await problemOf(second)]).toEqual([429, 'RATE_LIMITED']);
    expect(await gateway.history('a')).toHaveLength(1);
  });

  it('repeats the answer to a message that is in the log already, and does not count it', async () => {
    const { push, gateway } = await inExpress({ limits: { publishesPerSecond: 2 } });
    const send = (key: string) =>
      fetch(`${push}/channels/a`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: '1',
      });
    const first = await (await send('k')).json();
    for (let repetition = 0; repetition < 10; repetition++) {
      const again = await send('k');
      expect([again.status, await again.json()]).toEqual([201, first]);
    }
    // The second one of this second is still to be had.
    expect((await send('l')).status).toBe(201);
    expect((await send('k')).status).toBe(201);
    expect(await gateway.history('a')).toHaveLength(2);
  });

  it('does not refuse a batch as a whole of which something is in the log already', async () => {
    const { push, gateway } = await inExpress({ limits: { publishesPerSecond: 0.001 } });
    const post = async (...keys: string[]) => {
      const operations = keys.map((key) => ({ type: 'publish', channel: 'a', data: key, key }));
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${push}/uplink?client=c`, {
        method: 'POST',
        headers,
        body: JSON.stringify(operations),
      });
      return { status: answer.status, body: await answer.json() };
    };
    const first = await post('a', 'b');
    const [{ id }] = first.body;
    const [ack, tooSoon] = [
      { type: 'ack', key: 'a', id },
      { type: 'error', code: 'RATE_LIMITED' },
    ];
    expect(first).toMatchObject({ status: 200, body: [ack, tooSoon] });
    expect(await post('a', 'b')).toMatchObject({ status: 200, body: [ack, tooSoon] });
    expect(await post('b', 'a')).toMatchObject({ status: 200, body: [tooSoon, ack] });
    expect(await post('b')).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(await gateway.history('a')).toHaveLength(1);
  });

  it.each(['websocket', 'sse'])(
    '%s: does not refuse what had its effect when the answers got lost',
    async (transport) => {
      const { port, gateway } = await attached({ limits: { publishesPerSecond: 5 } });
      const proxy = await FaultProxy.before(port);
      afterwards(() => proxy.close());
      const answers = new Valve();
      proxy.rule = () => answers.fault;
      const { client } = await listener(`${proxy.url}/push`, transport);
      answers.shut();
      const published = Array.from({ length: 5 }, (_, number) => client.publish('a', number));
      await waitUntil('all in the log', async () => (await gateway.history('a')).length === 5);
      proxy.unblock();
      proxy.cut();
      answers.open();
      await expect(Promise.all(published)).resolves.toHaveLength(5);
      expect(await gateway.history('a')).toHaveLength(5);
    },
  );

  it.each(transports)('%s: rejects with a code and a time, and changes nothing', async (transport) => {
    const { push, gateway } = await attached({ limits: { publishesPerSecond: 0.5 } });
    const { client } = await listener(push, transport);
    await client.publish('a', 1);
    await expect(client.publish('a', 2)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryMs: expect.any(Number),
    });
    expect(await gateway.history('a')).toHaveLength(1);
    expect(client.state).toBe('open');
  });
});

describe('a body that does not come', () => {
  it('gets 408 and the end of its connection', async () => {
    const { push, port } = await inExpress({ bodyTimeoutMs: 200 });
    const socket = connectTcp(port, '127.0.0.1');
    const head =
      'POST /push/uplink HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[';
    socket.write(head);
    let answer = '';
    socket.on('data', (piece) => (answer += String(piece)));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"BODY_TIMEOUT"');
    expect(await metric(push, 'pushgate_refusals_total', 'BODY_TIMEOUT')).toBe(1);
  });
});
