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

  async function until(expected: ConnectedReport): Promise<void> {
    const ask = async () => (await fetch(`${site.url}/demo/connected`)).json();
    let last: unknown;
    const look = async () => {
      last = await ask();
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
