import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { WebSocket } from 'ws';
import { Connected, connectedRoutes } from '../../demo/connected.js';
import type { ConnectedReport } from '../../demo/site/words/connected.js';
import { createGateway, type Gateway } from '../../server/index.js';
import { type Listening, listen } from '../support/listen.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';

describe('what is connected', () => {
  let gateway: Gateway;
  let connected: Connected;
  let site: Listening;

  beforeEach(async () => {
    gateway = createGateway();
    connected = new Connected(gateway);
    const app = express().use('/demo', connectedRoutes(connected)).use('/push', gateway.handler);
    site = await listen(createServer(app));
    gateway.attach(site.server, { requests: false });
    await gateway.ready();
  });
  afterEach(async () => {
    connected.close();
    await gateway.close();
    await site.close();
  });

  const ask = async (): Promise<ConnectedReport> => (await fetch(`${site.url}/demo/connected`)).json();

  async function until(expected: Omit<ConnectedReport, 'newest'>): Promise<void> {
    let last: unknown;
    const look = async () => {
      const { newest: _, ...counts } = await ask();
      last = counts;
      return JSON.stringify(last) === JSON.stringify(expected);
    };
    await waitUntil('the report', look, { timeoutMs: 10_000 }).catch(() => expect(last).toEqual(expected));
  }

  it('is counted by transport, with channels, while it is open', async () => {
    await until({ transports: {}, channels: 0 });
    const stream = await rawHttp(`${site.url}/push/sse?channel=a&channel=b`);
    const second = await rawHttp(`${site.url}/push/sse?channel=b`);
    await until({ transports: { sse: { connections: 2, subscriptions: 3 } }, channels: 2 });
    stream.socket.destroy();
    await until({ transports: { sse: { connections: 1, subscriptions: 1 } }, channels: 1 });
    second.socket.destroy();
    await until({ transports: { sse: { connections: 0, subscriptions: 0 } }, channels: 0 });
  });

  it('is listed, the newest first, with no more of its channels than everybody knows', async () => {
    const streams = [];
    for (const query of ['channel=demo.machine&channel=chat&channel=race.secret', 'channel=a', 'channel=chat']) {
      streams.push(await rawHttp(`${site.url}/push/sse?${query}`));
    }
    const listed = async () => (await ask()).newest.map(({ channels, others }) => [...channels, others]);
    await waitUntil('all of them', async () => (await listed()).length === 3);
    expect(await listed()).toEqual([['chat', 0], [1], ['demo.machine', 'chat', 1]]);
    const { newest } = await ask();
    for (const { transport, seconds } of newest)
      expect([transport, seconds >= 0 && seconds < 60]).toEqual(['sse', true]);
    expect(JSON.stringify(newest)).not.toContain('secret');
    streams[1]?.socket.destroy();
    await waitUntil('its end', async () => (await listed()).length === 2);
    expect(await listed()).toEqual([
      ['chat', 0],
      ['demo.machine', 'chat', 1],
    ]);
    for (const { socket } of streams) socket.destroy();
    await waitUntil('no more', async () => (await listed()).length === 0);
  });

  it('is listed up to the newest fifty', async () => {
    const streams = [await rawHttp(`${site.url}/push/sse?channel=chat`)];
    for (let number = 0; number < 50; number++) streams.push(await rawHttp(`${site.url}/push/sse?channel=a`));
    await waitUntil('all of them', async () => (await ask()).transports['sse']?.connections === 51);
    const { newest } = await ask();
    expect([newest.length, newest.filter(({ others }) => others === 1).length]).toEqual([50, 50]);
    for (const { socket } of streams) socket.destroy();
  });

  it('leaves nothing behind when its channels were others in the end', async () => {
    const socket = new WebSocket(`${site.url.replace('http', 'ws')}/push/websocket?channel=a`);
    const messages: string[] = [];
    socket.on('message', (data) => messages.push(String(data)));
    await waitUntil('the hello', () => messages.length > 0);
    socket.send('{"type":"subscribe","channels":["b","c"],"key":"k"}');
    await waitUntil('the ack', () => messages.some((message) => message.includes('"ack"')));
    await until({ transports: { websocket: { connections: 1, subscriptions: 1 } }, channels: 1 });
    socket.terminate();
    await until({ transports: { websocket: { connections: 0, subscriptions: 0 } }, channels: 0 });
  });
});
