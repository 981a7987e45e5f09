import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { connect } from '../../client/node.js';
import { reset } from '../../demo/network/fault.js';
import { FaultProxy } from '../../demo/network/fault-proxy.js';
import type { Bus } from '../../server/bus/bus.js';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { poller } from './poller.js';
import { afterwards, attached, inExpress, metric } from './site.js';

const text = async (push: string) => (await fetch(`${push}/metrics`)).text();

describe('the metrics', () => {
  it('are in the text format of Prometheus, each with its help and type', async () => {
    const { push } = await inExpress();
    const answer = await fetch(`${push}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const body = await answer.text();
    const names = [...body.matchAll(/^# TYPE (\S+) (?:counter|gauge)$/gm)].map(([, name]) => name);
    for (const name of names) expect(body).toContain(`# HELP ${name} `);
    expect(names).toEqual(expect.arrayContaining(['pushgate_connections', 'pushgate_event_loop_delay_seconds']));
    expect(new Set(names).size).toBe(names.length);
  });

  it('count deliveries, bytes and gaps while the connection is still there, and go on when it is gone', async () => {
    const { push, gateway } = await inExpress({ retention: { count: 2 } });
    for (let number = 0; number < 5; number++) await gateway.publish('a', 'x'.repeat(1_000));
    const { epoch } = (await (await fetch(`${push}/health`)).json()).bus;
    const stream = await rawHttp(`${push}/sse?channel=a&since=${epoch}.1`);
    await waitUntil('the messages', async () => (await metric(push, 'pushgate_deliveries_total', 'sse')) === 2);
    expect(await metric(push, 'pushgate_gaps_total', 'sse')).toBe(1);
    const bytes = await metric(push, 'pushgate_sent_bytes_total', 'sse');
    expect(bytes).toBeGreaterThan(2_000);
    expect(bytes).toBeLessThan(4_000);
    stream.socket.destroy();
    await waitUntil('its end', async () => (await metric(push, 'pushgate_connections', 'sse')) === 0);
    expect(await metric(push, 'pushgate_deliveries_total', 'sse')).toBe(2);
    expect(await metric(push, 'pushgate_sent_bytes_total', 'sse')).toBeGreaterThanOrEqual(bytes);
    await (await fetch(`${push}/polling?channel=a&since=earliest`)).text();
    await waitUntil('a poll', async () => (await metric(push, 'pushgate_deliveries_total', 'polling')) === 2);
    expect(await metric(push, 'pushgate_connections_total', 'polling')).toBe(1);
  });

  it('say what the log holds', async () => {
    const { push, gateway } = await inExpress();
    await gateway.publish('a', 'x'.repeat(10_000));
    expect(await metric(push, 'pushgate_log_bytes')).toBeGreaterThan(10_000);
    expect(await metric(push, 'pushgate_log_channels')).toBe(1);
  });

  it('say how long the event loop was held up, since they were last asked for', async () => {
    const { push } = await inExpress();
    const delay = () => metric(push, 'pushgate_event_loop_delay_seconds', 'quantile="0.99"');
    const heldUp = async () => {
      await delay();
      // It is looked at every 10 ms, from one look to the next.
      await sleep(100);
      const until = performance.now() + 500;
      while (performance.now() < until);
      // On a machine that gave it so much time in between that there were a hundred looks, the long one is no hundredth.
      return (await delay()) ?? 0;
    };
    await waitUntil('what held it up', async () => (await heldUp()) > 0.25);
  });

  it('count readers that are full, and those that stalled', async () => {
    const { push, gateway } = await inExpress({ stalledMs: 1_000, heartbeatMs: 1_000, retention: { bytes: 1e9 } });
    const stream = await rawHttp(`${push}/sse?channel=a`);
    stream.socket.pause();
    for (let number = 0; number < 400; number++) await gateway.publish('a', 'x'.repeat(60_000));
    await waitUntil('a full reader', async () => (await metric(push, 'pushgate_readers_full')) === 1);
    await waitUntil('its end', async () => (await metric(push, 'pushgate_readers_stalled_total', 'sse')) === 1, {
      timeoutMs: 10_000,
    });
    stream.socket.destroy();
  });

  it('count refused operations by code, and do not take names from outside', async () => {
    const { push, gateway } = await inExpress();
    gateway.handle('fails', () => {
      throw Object.assign(new Error('no'), { code: 'X' });
    });
    const headers = { 'content-type': 'application/json' };
    const operations = [
      { type: 'publish', channel: '$', data: 1 },
      { type: 'call', method: 'none' },
    ];
    await fetch(`${push}/uplink`, { method: 'POST', headers, body: JSON.stringify(operations) });
    expect(await metric(push, 'pushgate_refusals_total', 'CHANNEL_INVALID')).toBe(1);
    expect(await metric(push, 'pushgate_refusals_total', 'METHOD_UNKNOWN')).toBe(1);
    await fetch(`${push}/polling?channel=a&instead=evil%22%7D`);
    expect(await text(push)).not.toContain('evil');
  });

  it('count heads that Node refuses before they are requests, and leave its answers as they are', async () => {
    const server = createServer({ headersTimeout: 1_000, connectionsCheckingInterval: 50 });
    const { push } = await attached({}, server);
    const refused = (code: string) => metric(push, 'pushgate_refusals_total', `code="${code}"`);
    const ask = async (bytes: string) => {
      const socket = new Socket().connect(Number(new URL(push).port), '127.0.0.1');
      afterwards(() => socket.destroy());
      socket.write(bytes);
      let text = '';
      for await (const piece of socket) text += piece;
      return text;
    };
    const head = `GET /push/polling?channel=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: h\r\n\r\n`;
    expect(await ask(head)).toBe('HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n');
    expect(await refused('HEAD_TOO_LARGE')).toBe(1);
    expect(await ask('nonsense\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    expect(await refused('BAD_REQUEST')).toBe(1);
    expect(await ask('GET / HTTP/1.1\r\n')).toBe('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    expect(await refused('REQUEST_TIMEOUT')).toBe(1);
    expect(await metric(push, 'pushgate_refusals_total')).toBe(3);
  });

  it('count once what Node refuses on a connection that was kept for polls', async () => {
    const site = await attached();
    const { seen, next } = await poller(site, 'polling');
    await next();
    await next();
    seen.socket.write('nonsense\r\n\r\n');
    await waitUntil('the end', () => seen.ended);
    expect(await metric(site.push, 'pushgate_refusals_total', 'code="BAD_REQUEST"')).toBe(1);
  });

  it('count what retention has taken, by what was exceeded, where the bus says so', async () => {
    const { push, gateway } = await inExpress({ retention: { count: 2 } });
    for (let number = 0; number < 5; number++) await gateway.publish('a', number);
    expect(await metric(push, 'pushgate_evictions_total', 'reason="count"')).toBe(3);
    expect(await metric(push, 'pushgate_evictions_total', 'reason="count"')).toBe(3);
    expect(await text(push)).toContain('pushgate_evictions_total{reason="age"} 0');
    expect(await text(push)).toContain('pushgate_evictions_total{reason="total"} 0');

    const small = await inExpress({ retention: { totalBytes: 20_000 } });
    for (const channel of ['a', 'b', 'c']) await small.gateway.publish(channel, 'x'.repeat(9_000));
    expect(await metric(small.push, 'pushgate_evictions_total', 'reason="total"')).toBe(1);

    const inner = new MemoryBus();
    const plain: Bus = Object.assign(Object.create(inner), {
      size: async () => ({ bytes: 0, channels: 0 }),
    });
    const other = await inExpress({ bus: plain });
    expect(await text(other.push)).not.toContain('pushgate_evictions_total{');
  });

  it('count what clients fall back from, as they report it', async () => {
    const { push, port } = await attached();
    const proxy = await FaultProxy.before(port);
    afterwards(() => proxy.close());
    proxy.block(new Set(['websocket']), reset);
    const client = connect(`${proxy.url}/push`, { transports: ['websocket', 'sse', 'polling'] });
    afterwards(() => client.close());
    await client.subscribe('a', () => undefined).ready;
    expect(client.transport).toBe('sse');
    const moved = (from: string, to: string) =>
      metric(push, 'pushgate_client_moves_total', `from="${from}",to="${to}"`);
    expect(await moved('websocket', 'sse')).toBe(1);
    proxy.block(new Set(['websocket', 'sse']), reset);
    await waitUntil('polling', () => client.transport === 'polling');
    expect((await moved('websocket', 'polling')) + (await moved('sse', 'polling'))).toBeGreaterThanOrEqual(1);
  });
});
