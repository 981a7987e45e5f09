import { createServer } from 'node:http';
import { Writable } from 'node:stream';
import { describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { connect } from '../../client/node.js';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { createGateway } from '../../server/gateway.js';
import { PushError } from '../../transports/error.js';
import { listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';
import { dialogue, get } from './dialogue.js';
import { afterwards, attached, metric, problemOf } from './site.js';
import { listenWebSocket } from './streams.js';

/** A pino logger, and the lines that it has written. */
function listeningLogger() {
  const lines: string[] = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      lines.push(String(line));
      done();
    },
  });
  return { lines, logger: pino({ level: 'debug' }, stream) };
}

describe('the log', () => {
  it('tells who comes and goes, what is refused and what broke, each at its level', async () => {
    const { lines, logger } = listeningLogger();
    // Without an `onError`, which would be told instead.
    const gateway = createGateway({ logger });
    const { server, url, close } = await listen(createServer());
    afterwards(close);
    gateway.attach(server);
    const push = `${url}/push`;
    const entries = () => lines.map((line) => JSON.parse(line));
    gateway.handle('breaks', () => {
      throw new Error('the cause');
    });
    const client = connect(push, { transports: ['sse'] });
    afterwards(() => client.close());
    await client.subscribe('a', () => undefined).ready;
    await client.call('breaks').catch(() => undefined);
    await client.close();
    await fetch(`${push}/sse`);
    await fetch(`${push}/channels/a`, { method: 'DELETE' });
    await waitUntil('the last line', () => lines.some((line) => line.includes('disconnected')));
    await gateway.close();
    expect(entries()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ level: 20, msg: 'connected', transport: 'sse', address: expect.any(String) }),
        expect.objectContaining({ level: 20, msg: 'disconnected', messages: 0 }),
        expect.objectContaining({ level: 20, msg: 'refused', code: 'CHANNEL_MISSING', method: 'GET' }),
        expect.objectContaining({ level: 20, msg: 'refused', code: 'METHOD_NOT_ALLOWED', method: 'DELETE' }),
        expect.objectContaining({ level: 30, msg: expect.stringContaining('closing') }),
        expect.objectContaining({ level: 50, err: expect.objectContaining({ message: 'the cause' }) }),
      ]),
    );
  });

  it.each(['logger', 'onError'] as const)('that throws gets between nobody and their messages: %s', async (what) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    afterwards(() => warn.mockRestore());
    const fails = () => {
      throw new Error('no space left');
    };
    const logger = { debug: fails, info: fails, warn: fails, error: fails };
    const gateway = createGateway(what === 'logger' ? { logger, drainMs: 0 } : { onError: fails, drainMs: 0 });
    const { server, url, close } = await listen(createServer());
    afterwards(close);
    gateway.attach(server);
    gateway.handle('breaks', () => {
      throw new Error('the cause');
    });
    const client = connect(`${url}/push`, { transports: ['websocket'] });
    afterwards(() => client.close());
    const heard: unknown[] = [];
    await client.subscribe('a', ({ data }) => heard.push(data)).ready;
    await expect(client.call('breaks')).rejects.toMatchObject({ code: 'CALL_FAILED' });
    const body = JSON.stringify([{ type: 'call', method: 'breaks' }]);
    const headers = { 'content-type': 'application/json' };
    const reply = await fetch(`${url}/push/uplink`, { method: 'POST', headers, body });
    expect(await reply.json()).toMatchObject([{ type: 'error', code: 'CALL_FAILED' }]);
    const refused = await fetch(`${url}/push/sse`);
    expect([refused.status, await problemOf(refused)]).toEqual([400, 'CHANNEL_MISSING']);
    expect((await fetch(`${url}/push/polling?channel=a`)).status).toBe(200);
    await client.publish('a', 'here');
    await waitUntil('the message', () => heard.length > 0);
    expect(heard).toEqual(['here']);
    await gateway.close();
    expect(warn.mock.calls).toEqual([[expect.stringContaining('no space left'), 'PushgateWarning']]);
  });

  it('holds no query, no header, no cookie and no message', async () => {
    const { lines, logger } = listeningLogger();
    const { push, gateway } = await attached({ logger });
    gateway.handle('refuses', () => {
      throw new PushError('MY_OWN', 'no');
    });
    const secret = 'c0ffee-secret';
    const headers = {
      authorization: `Bearer ${secret}`,
      cookie: `token=${secret}`,
      'content-type': 'application/json',
    };
    await (await fetch(`${push}/polling?channel=a&token=${secret}`, { headers })).text();
    await fetch(`${push}/sse?token=${secret}`, { headers });
    await (await fetch(`${push}/sse?channel=a&token=${secret}`, { headers })).body?.cancel();
    await fetch(`${push}/nothing?token=${secret}`, { headers });
    const operations = [
      { type: 'publish', channel: '$', data: secret },
      { type: 'call', method: 'refuses', params: secret },
    ];
    await fetch(`${push}/uplink?token=${secret}`, { method: 'POST', headers, body: JSON.stringify(operations) });
    await fetch(`${push}/uplink?token=${secret}`, { method: 'POST', headers, body: `{"${secret}` });
    await waitUntil('the end of the stream', () => lines.some((line) => line.includes('disconnected')));
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.join('')).not.toContain(secret);
  });

  it('may publish what it is told, be it in the middle of a delivery: who listens gets it at once', async () => {
    const nothing = () => undefined;
    const debug = (_fields: object, text: string) => {
      site.gateway.publish('log', text).catch(nothing);
    };
    const site = await attached({ logger: { debug, info: nothing, warn: nothing, error: nothing } });
    const stream = dialogue(site.port, get('sse?channel=a&channel=log'));
    await waitUntil('the hello', () => stream.text.includes('event:hello'));
    const poll = fetch(`${site.push}/long-polling?channel=a`);
    await waitUntil('the poll', async () => (await metric(site.push, 'pushgate_connections', '"long-polling"')) === 1);
    await site.gateway.publish('a', 'now');
    expect(await (await poll).text()).toContain('now');
    await waitUntil('the end of the poll on the stream', () => stream.text.includes('"disconnected"'));
    const ids = [...stream.text.matchAll(/^id:\w+\.(\d+)$/gm)].map(([, offset]) => Number(offset));
    expect(ids).toEqual(ids.toSorted((one, other) => one - other));
  });

  it('may publish in the middle of a delivery, and who listens at another gateway on the same bus misses nothing', async () => {
    const bus = new MemoryBus();
    afterwards(() => bus.close());
    const nothing = () => undefined;
    const debug = (_fields: object, text: string) => {
      bus.publish({ channel: 'log', data: JSON.stringify(text) }).catch(nothing);
    };
    const site = await attached({ bus, logger: { debug, info: nothing, warn: nothing, error: nothing } });
    const other = await attached({ bus });
    const stream = dialogue(other.port, get('sse?channel=a&channel=log'));
    await waitUntil('the hello', () => stream.text.includes('event:hello'));
    const poll = fetch(`${site.push}/long-polling?channel=a`);
    await waitUntil('the poll', async () => (await metric(site.push, 'pushgate_connections', '"long-polling"')) === 1);
    // So much that it is delivered at once.
    const large = 'x'.repeat(300_000);
    await site.gateway.publish('a', large);
    expect(await (await poll).text()).toContain(large);
    await waitUntil('the end of the poll on the stream', () => stream.text.includes('"disconnected"'));
    expect(stream.text).toContain(large);
    const ids = [...stream.text.matchAll(/^id:\w+\.(\d+)$/gm)].map(([, offset]) => Number(offset));
    expect(ids).toEqual(ids.toSorted((one, next) => one - next));
  });

  it('tells once why the bus takes nothing any more, and clients are not told where it is', async () => {
    const { lines, logger } = listeningLogger();
    const cause = new Error('/var/log-of-pushgate: No space left on device');
    class FullBus extends MemoryBus {
      override publish = () => Promise.reject(full);
    }
    const full = new PushError('UNAVAILABLE', 'The log cannot be written.', { cause });
    const gateway = createGateway({ logger, bus: new FullBus() });
    const { server, url, close } = await listen(createServer());
    afterwards(close);
    afterwards(() => gateway.close());
    gateway.attach(server);
    const headers = { 'content-type': 'application/json' };
    const publish = { type: 'publish', channel: 'a', data: 1 };
    const told: string[] = [];
    for (const [path, body] of [
      ['channels/a', 1],
      ['uplink', [publish, publish]],
    ] as const) {
      const answer = await fetch(`${url}/push/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      told.push(await answer.text());
    }
    const socket = await listenWebSocket(`${url}/push`);
    socket.send(publish);
    told.push(JSON.stringify(await socket.first('error')));
    told.push(await (await fetch(`${url}/push/health`)).text());
    for (const text of told) {
      expect(text).toContain('The log cannot be written.');
      expect(text).not.toContain('/var');
    }
    const errors = lines.filter((line) => JSON.parse(line).level === 50);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('No space left on device');
  });
});
