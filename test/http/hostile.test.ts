import { once } from 'node:events';
import type { Server } from 'node:http';
import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import WebSocket from 'ws';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { bareWebSocket, frame } from './bare-frames.js';
import type { Site } from './site.js';
import { afterwards, deserted, inExpress, metric, problemOf } from './site.js';
import { listenSse, listenWebSocket, refusal } from './streams.js';

const bus = () => new MemoryBus({ epoch: 'e' });
const DOWNLINKS = ['polling', 'long-polling', 'sse', 'iframe'];
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

/** Asks the same thing at every downlink, and says how each refuses. */
async function refusals(site: Site, query: string, headers: Record<string, string> = {}): Promise<unknown[]> {
  const codes: unknown[] = [];
  for (const transport of DOWNLINKS) {
    const answer = await fetch(`${site.push}/${transport}?${query}`, { headers });
    if (!answer.ok) {
      codes.push(await problemOf(answer));
      continue;
    }
    codes.push('accepted');
    await answer.body?.cancel();
  }
  codes.push((await refusal(site.push, `?${query}`, headers)).code);
  return codes;
}

describe('garbage at any downlink', () => {
  const cursors = [
    ['a negative number', '-1'],
    ['infinity', '1e999'],
    ['a negative offset', 'e.-1'],
    ['an exponent', 'e.1e9'],
    ['an offset past what can be ordered', 'e.9007199254740993'],
    ['4,000 digits', `e.${'9'.repeat(4_000)}`],
    ['a word', 'undefined'],
    ['__proto__', '__proto__'],
    ['an epoch beyond ASCII', 'é.1'],
    ['a line break', 'e.1\r\nx'],
    ['a NUL', 'e.1\u0000'],
  ] as const;

  it.each(cursors)('is refused alike everywhere as a cursor: %s', async (_what, cursor) => {
    const site = await inExpress({ bus: bus() });
    for (const parameter of ['since', 'lastEventId', 'since.a']) {
      const query = new URLSearchParams({ channel: 'a', [parameter]: cursor }).toString();
      expect(new Set(await refusals(site, query))).toEqual(new Set(['CURSOR_INVALID']));
    }
  });

  it('is refused alike everywhere as a cursor in a header', async () => {
    const site = await inExpress({ bus: bus() });
    for (const cursor of ['-1', '1e999', 'garbage', '9'.repeat(10_240), 'e.1, e.2', '\u00ff']) {
      expect(new Set(await refusals(site, 'channel=a', { 'last-event-id': cursor }))).toEqual(
        new Set(['CURSOR_INVALID']),
      );
    }
  });

  it('is refused as a cursor in a subscription', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    const sinces = [...cursors.map(([, cursor]) => cursor), -1, 0, 1, null, true, [], {}, ['e.1'], '9'.repeat(10_240)];
    for (const since of sinces) socket.send({ type: 'subscribe', channels: ['a'], since });
    await waitUntil('an answer to each', () => socket.ofType('error').length === sinces.length);
    expect(new Set(socket.ofType('error').map(({ code }) => code))).toEqual(new Set(['CURSOR_INVALID']));
    expect(socket.ofType('ack')).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['a carriage return', '\r'],
    ['a line feed', 'a\nb'],
    ['a line break', 'a\r\nb'],
    ['a NUL', 'a\u0000'],
    ['a control character', '\u0085'],
    ['a line separator', '\u2028'],
    ["a name of the gateway's own", '$a'],
    ['the channel of the health probe', '$health'],
    ['201 bytes', 'x'.repeat(201)],
    ['202 bytes in 101 characters', 'é'.repeat(101)],
  ])('is refused alike everywhere as a channel: %s', async (_what, name) => {
    const site = await inExpress({ bus: bus() });
    expect(new Set(await refusals(site, new URLSearchParams({ channel: name }).toString()))).toEqual(
      new Set(['CHANNEL_INVALID']),
    );
    const socket = await listenWebSocket(site.push);
    socket.send(
      { type: 'publish', channel: name, data: 1 },
      { type: 'subscribe', channel: name },
      { type: 'unsubscribe', channel: name },
    );
    await waitUntil('an answer to each', () => socket.ofType('error').length === 3);
    expect(socket.ofType('error').map(({ code }) => code)).toEqual([
      'CHANNEL_INVALID',
      'CHANNEL_INVALID',
      'CHANNEL_INVALID',
    ]);
    const { body } = await request(site.server)
      .post('/push/uplink')
      .send([{ type: 'publish', channel: name, data: 1 }]);
    expect(body[0].code).toBe('CHANNEL_INVALID');
    if (name !== '') {
      await request(site.server)
        .post(`/push/channels/${encodeURIComponent(name)}`)
        .send([1])
        .expect(400);
      await request(site.server)
        .get(`/push/channels/${encodeURIComponent(name)}`)
        .expect(400);
    }
    await expect(site.gateway.publish(name, 1)).rejects.toMatchObject({ code: 'CHANNEL_INVALID' });
    await expect(site.gateway.history(name)).rejects.toMatchObject({ code: 'CHANNEL_INVALID' });
  });

  it('is refused as the channels of a subscription', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    const channels = [1, 'a', null, {}, [], [1], ['a', null], [['a']], [{ toString: 'a' }], true];
    for (const one of channels) socket.send({ type: 'subscribe', channels: one });
    await waitUntil('an answer to each', () => socket.ofType('error').length === channels.length);
    expect(socket.ofType('ack')).toEqual([]);
  });

  it('is refused as a query of too many channels, or of too many bytes', async () => {
    const site = await inExpress({ bus: bus() });
    const many = Array.from({ length: 200 }, (_, index) => `channel=${index}`).join('&');
    expect(new Set(await refusals(site, many))).toEqual(new Set(['CHANNELS_TOO_MANY']));
    const answer = await rawHttp(`${site.push}/polling?channel=${'x'.repeat(100_000)}`);
    expect(answer.status).toBe(431);
    answer.socket.destroy();
    expect(site.errors).toEqual([]);
  });

  it('is a name like any other where a "%" begins no escape', async () => {
    const site = await inExpress({ bus: bus() });
    for (const query of [
      'channel=%',
      'channel=%zz',
      'channel=%f',
      'channel=a&%=%',
      'channel=a&&&=&',
      'channel=%C3%A9',
    ]) {
      await request(site.server).get(`/push/polling?${query}`).expect(200);
    }
  });

  it.each(['%FF', '%E0%A4', 'a%C3', '%C3a%A9', '%C0%AF', '%ED%A0%80', '%zz%ff'])(
    'is refused alike everywhere in escapes that are not UTF-8: %s',
    async (name) => {
      const site = await inExpress({ bus: bus() });
      for (const query of [`channel=${name}`, `channel=a&since.${name}=now`, `channel=a&${name}=1`]) {
        expect(new Set(await refusals(site, query))).toEqual(new Set(['BAD_REQUEST']));
      }
      for (const path of [`channels/${name}`, `channels/a?limit=1&x=${name}`, `health?${name}`, `metrics?${name}`]) {
        // Nothing that is read is written like this.
        const answer = await request(site.server).get(`/push/${path}`).expect(400);
        expect(answer.body.code).toBe('BAD_REQUEST');
      }
      for (const path of [`uplink?client=${name}`, `channels/a?x=${name}`]) {
        const answer = await request(site.server).post(`/push/${path}`).send([]).expect(400);
        expect(answer.body.code).toBe('BAD_REQUEST');
      }
    },
  );
});

describe('names that every object has', () => {
  const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'];

  it('are plain channels on every transport', async () => {
    const site = await inExpress({ bus: bus() });
    const query = NAMES.map((name) => `channel=${name}`).join('&');
    const [sse, socket] = [
      await listenSse(`${site.push}/sse?${query}`),
      await listenWebSocket(site.push, `?${query}&since.__proto__=e.0`),
    ];
    await Promise.all([sse.first('hello'), socket.first('hello')]);
    for (const name of NAMES) await site.gateway.publish(name, { [name]: name }, { key: name });
    for (const name of NAMES) await site.gateway.publish(name, { [name]: name }, { key: name });
    for (const stream of [sse, socket]) {
      await stream.dataOf(NAMES.length);
      expect(stream.messages.map(({ channel }) => channel)).toEqual(NAMES);
    }
    expect(JSON.stringify(sse.data[0])).toBe('{"__proto__":"__proto__"}');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('are no transport, no method and no operation', async () => {
    const site = await inExpress({ bus: bus() });
    for (const name of NAMES) {
      expect((await fetch(`${site.push}/${name}?channel=a`)).status).toBe(404);
      const { body } = await request(site.server)
        .post('/push/uplink')
        .send([
          { type: 'call', method: name },
          { type: name, channel: 'a', data: 1 },
        ]);
      expect(body.map(({ code }: { code: string }) => code)).toEqual(['METHOD_UNKNOWN', 'OPERATION_INVALID']);
    }
  });

  it('are a method where the application registered one', async () => {
    const site = await inExpress({ bus: bus() });
    site.gateway.handle('__proto__', () => 'called');
    const { body } = await request(site.server)
      .post('/push/uplink')
      .send([{ type: 'call', method: '__proto__' }]);
    expect(body).toEqual([{ type: 'reply', result: 'called' }]);
  });

  it('in the fields of an operation change nothing', async () => {
    const site = await inExpress({ bus: bus() });
    const operation = '{"__proto__":{"type":"publish","channel":"a","data":1},"constructor":{"key":"k"}}';
    const { body } = await request(site.server).post('/push/uplink').type('json').send(`[${operation}]`);
    expect(body).toMatchObject([{ type: 'error', code: 'OPERATION_INVALID' }]);
    expect(await site.gateway.history('a')).toEqual([]);
  });
});

describe('JSON that is nested 100,000 levels deep', () => {
  it('is refused as a message, as params and as an operation, by POST', async () => {
    const site = await inExpress({ bus: bus() });
    site.gateway.handle('echo', (params) => params);
    const post = (path: string, body: string) => request(site.server).post(`/push/${path}`).type('json').send(body);
    await post('channels/a', deep(100_000)).expect(400);
    await post('channels/a', '{"a":'.repeat(100_000) + 1 + '}'.repeat(100_000)).expect(400);
    const published = await post(
      'uplink',
      `[{"type":"publish","channel":"a","key":"k","data":${deep(100_000)}}]`,
    ).expect(200);
    expect(published.body).toMatchObject([{ type: 'error', key: 'k', code: 'JSON_INVALID' }]);
    const called = await post('uplink', `[{"type":"call","method":"echo","key":"k","params":${deep(100_000)}}]`).expect(
      200,
    );
    expect(called.body).toMatchObject([{ type: 'error', key: 'k', code: 'JSON_INVALID' }]);
    expect((await post('uplink', deep(100_000)).expect(200)).body).toMatchObject([{ code: 'OPERATION_INVALID' }]);
    expect(await site.gateway.history('a')).toEqual([]);
    expect(site.errors).toEqual([]);
  });

  it('is refused in a frame, and the connection goes on', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    socket.socket.send(deep(100_000));
    socket.socket.send(`{"type":"publish","channel":"a","data":${deep(100_000)}}`);
    socket.socket.send(`{"type":"call","method":"none","params":${deep(100_000)}}`);
    socket.socket.send(`{"type":"subscribe","channels":${deep(100_000)}}`);
    socket.socket.send('['.repeat(1_000_000));
    await waitUntil('an answer to each', () => socket.ofType('error').length === 5);
    expect(site.errors).toEqual([]);
  });

  it('is refused when the application publishes it', async () => {
    const site = await inExpress({ bus: bus() });
    await expect(site.gateway.publish('a', JSON.parse(deep(100_000)))).rejects.toMatchObject({ code: 'JSON_INVALID' });
    const ring: Record<string, unknown> = {};
    ring['ring'] = ring;
    await expect(site.gateway.publish('a', ring)).rejects.toMatchObject({ code: 'JSON_INVALID' });
    await expect(site.gateway.publish('a', 1n)).rejects.toMatchObject({ code: 'JSON_INVALID' });
    await expect(site.gateway.publish('a', undefined)).rejects.toMatchObject({ code: 'JSON_INVALID' });
  });
});

describe('JSON that would take long to parse', () => {
  it('is refused before it is parsed, by POST and in a frame', async () => {
    const site = await inExpress({ bus: bus() });
    const post = (path: string, body: string) => request(site.server).post(`/push/${path}`).type('json').send(body);
    for (const body of [deep(2_000_000), `[${Array(1_300_000).fill('[]').join(',')}]`]) {
      expect((await post('channels/a', body).expect(413)).body).toMatchObject({ code: 'TOO_LARGE' });
    }
    const many = `[${'1,'.repeat(2_000_000)}1]`;
    expect((await post('uplink', many).expect(400)).body).toMatchObject({ code: 'OPERATION_INVALID' });
    // Not operations, and no more than a message may have.
    await post('channels/a', `[${'1,'.repeat(500_000)}1]`).expect(201);
    const socket = await listenWebSocket(site.push);
    socket.socket.send(deep(2_000_000));
    socket.socket.send(many);
    socket.socket.send('{}\n'.repeat(1_001));
    await waitUntil('an answer to each', () => socket.ofType('error').length === 3);
    expect(socket.ofType('error').map(({ code }) => code)).toEqual([
      'TOO_LARGE',
      'OPERATION_INVALID',
      'OPERATION_INVALID',
    ]);
    socket.socket.send('\n'.repeat(4_000_000));
    socket.send({ type: 'publish', channel: 'b', data: 1, key: 'k' });
    expect(await socket.first('ack')).toMatchObject({ key: 'k' });
  });
});

describe('a number that JSON cannot carry', () => {
  it('is refused at every entrance, and not stored as null', async () => {
    const site = await inExpress({ bus: bus() });
    site.gateway.handle('echo', (params) => params);
    site.gateway.handle('divide', () => ({ quotient: 0 / 0 }));
    for (const data of ['1e999', '{"a":[null,{"b":-1e999}]}']) {
      const posted = await request(site.server).post('/push/channels/a').type('json').send(data).expect(400);
      expect(posted.body).toMatchObject({ code: 'JSON_INVALID', detail: expect.stringMatching(/Infinity.*as a text/) });
      const operations = [
        `{"type":"publish","channel":"a","data":${data}}`,
        `{"type":"call","method":"echo","params":${data}}`,
        '{"type":"call","method":"divide"}',
      ];
      const { body } = await request(site.server)
        .post('/push/uplink')
        .type('json')
        .send(`[${operations.join(',')}]`);
      expect(body.map(({ code }: { code: string }) => code)).toEqual(Array(3).fill('JSON_INVALID'));
      const socket = await listenWebSocket(site.push);
      for (const operation of operations) socket.socket.send(operation);
      await waitUntil('an answer to each', () => socket.ofType('error').length === 3);
      expect(socket.ofType('error').map(({ code }) => code)).toEqual(Array(3).fill('JSON_INVALID'));
    }
    for (const value of [Number.POSITIVE_INFINITY, Number.NaN, { a: [Number.NEGATIVE_INFINITY] }]) {
      await expect(site.gateway.publish('a', value)).rejects.toMatchObject({ code: 'JSON_INVALID' });
    }
    expect(await site.gateway.history('a')).toEqual([]);
    await site.gateway.publish('a', [null, 'null', 1e308, new Date(Number.NaN)]);
    expect(await site.gateway.history('a')).toMatchObject([{ data: [null, 'null', 1e308, null] }]);
    expect(site.errors).toEqual([]);
  });
});

describe('a huge body', () => {
  it('is refused while it streams', async () => {
    const site = await inExpress({ bus: bus(), limits: { bodyBytes: 100_000 } });
    const socket = new Socket();
    afterwards(() => socket.destroy());
    let answer = '';
    socket.setEncoding('utf8').on('data', (piece: string) => {
      answer += piece;
    });
    socket.on('error', () => undefined);
    socket.connect(site.port, '127.0.0.1');
    socket.write(
      'POST /push/uplink HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`;
    await waitUntil('the refusal', () => {
      // The body never ends.
      socket.write(chunk);
      return answer.includes('TOO_LARGE');
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('that only says how large it will be is refused at once', async () => {
    const site = await inExpress({ bus: bus() });
    const answer = await rawHttp(`${site.push}/channels/a`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '99999999999' },
      body: '1',
    });
    expect(answer.status).toBe(413);
    answer.socket.destroy();
  });
});

/** Ten times sends a frame of 4 MB, and reports with which codes the gateway closed. */
const PEER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { WebSocket } = require('ws');
  const close = () => new Promise((resolve) => {
    const socket = new WebSocket(workerData);
    socket.on('open', () => socket.send('x'.repeat(4_000_000)));
    socket.on('error', () => undefined);
    socket.on('close', resolve);
  });
  (async () => {
    const codes = [];
    for (let round = 0; round < 10; round++) codes.push(await close());
    parentPort.postMessage(codes);
  })();
`;

describe('a frame', () => {
  it('that is binary closes with a code that means not to try again', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    socket.socket.send(Buffer.from('{"type":"publish","channel":"a","data":1}'));
    socket.send({ type: 'publish', channel: 'a', data: 2 });
    await waitUntil('the close', () => socket.over);
    expect(socket.code).toBe(4400);
    expect(socket.reason).toContain('text');
    expect(await site.gateway.history('a')).toEqual([]);
    await deserted(site.push);
  });

  it('that is too large closes with 1009', async () => {
    const site = await inExpress({ bus: bus(), limits: { bodyBytes: 10_000 } });
    for (const size of [10_001, 50_000_000]) {
      const socket = await listenWebSocket(site.push);
      socket.socket.send('x'.repeat(size));
      await waitUntil('the close', () => socket.over);
      expect(socket.code).toBe(1009);
    }
    await deserted(site.push);
  });

  it('that is too large closes with 1009 for a peer that is busy sending it', async () => {
    const site = await inExpress({ bus: bus(), limits: { bodyBytes: 10_000 } });
    // In an event loop of its own, the peer is in the middle of its frame when the close frame comes.
    const peer = new Worker(PEER, { eval: true, workerData: `${site.push.replace('http', 'ws')}/websocket` });
    afterwards(() => peer.terminate());
    const [codes] = await once(peer, 'message');
    expect(codes).toEqual(Array(10).fill(1009));
    await deserted(site.push);
  });

  it('that only says how large it will be closes with 1009', async () => {
    const site = await inExpress({ bus: bus() });
    const { socket, closed } = await bareWebSocket(site.push);
    socket.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]));
    expect(await closed()).toBe(1009);
    await deserted(site.push);
  });

  it.each([
    ['fragments', frame(1, Buffer.from('['), false)],
    ['a frame', frame(1, Buffer.alloc(60_000, 32)).subarray(0, 1_000)],
    ['a header', frame(1, Buffer.alloc(1_000, 32)).subarray(0, 3)],
  ])('that has begun with %s and does not end closes with 1008, after the time that a body has', async (_, begun) => {
    const site = await inExpress({ bus: bus(), heartbeatMs: 100, bodyTimeoutMs: 400 });
    const { socket, closed } = await bareWebSocket(site.push);
    const whole = frame(1, Buffer.from('{"type":"publish","channel":"a","data":1}'));
    socket.write(Buffer.concat([whole, begun]));
    // Between fragments there may be answers to pings.
    const alive = setInterval(() => socket.write(begun.length < 10 ? frame(10, Buffer.alloc(0)) : begun), 50);
    afterwards(() => clearInterval(alive));
    expect(await closed()).toBe(1008);
    expect(await site.gateway.history('a')).toHaveLength(1);
    expect(await metric(site.push, 'pushgate_refusals_total', 'BODY_TIMEOUT')).toBe(1);
    await deserted(site.push);
  });

  it('that takes long is waited for as long as some of it comes, and no other is held against its sender', async () => {
    const site = await inExpress({ bus: bus(), heartbeatMs: 100, bodyTimeoutMs: 1_000 });
    const { socket } = await bareWebSocket(site.push);
    const one = frame(1, Buffer.from(`{"type":"publish","channel":"a","data":"${'x'.repeat(10_000)}"}`));
    const bytes = Buffer.concat([one, one, one]);
    const step = 700;
    for (let at = 0; at < bytes.length; at += step) {
      socket.write(bytes.subarray(at, at + step));
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    await waitUntil('all three', async () => (await site.gateway.history('a')).length === 3);
    socket.destroy();
  });

  it('in 131,000 unfinished fragments of one byte is cut off long before', async () => {
    const site = await inExpress({ bus: bus() });
    const { socket, closed } = await bareWebSocket(site.push);
    socket.write(frame(1, Buffer.from('['), false));
    const some = Buffer.concat(Array.from({ length: 1_000 }, () => frame(0, Buffer.from(' '), false)));
    for (let sent = 0; sent < 131 && !socket.destroyed; sent++) socket.write(some);
    expect([1008, 1009]).toContain(await closed());
    await deserted(site.push);
  });

  it.each([
    ['invalid UTF-8', 1, Buffer.from([0xff, 0xfe]), 1007],
    ['an unknown opcode', 3, Buffer.from('x'), 1002],
    ['a continuation of nothing', 0, Buffer.from('x'), 1002],
  ])('with %s closes with the code of the protocol', async (_what, opcode, payload, code) => {
    const site = await inExpress({ bus: bus() });
    const { socket, closed } = await bareWebSocket(site.push);
    socket.write(frame(opcode, payload));
    expect(await closed()).toBe(code);
    await deserted(site.push);
  });

  it.each([
    ['binary', frame(2, Buffer.from('x')), 'BAD_REQUEST'],
    ['invalid UTF-8', frame(1, Buffer.from([0xff, 0xfe])), 'BAD_REQUEST'],
    ['of an unknown opcode', frame(3, Buffer.from('x')), 'BAD_REQUEST'],
    ['too large', frame(1, Buffer.alloc(10_001)), 'TOO_LARGE'],
  ])('that is %s is counted as refused, and logged', async (_what, bytes, code) => {
    const lines: object[] = [];
    const debug = (fields: object, message: string) => lines.push({ ...fields, message });
    const logger = { debug, info: debug, warn: debug, error: debug };
    const site = await inExpress({ bus: bus(), limits: { bodyBytes: 10_000 }, logger });
    const { socket, closed } = await bareWebSocket(site.push);
    socket.write(Buffer.concat([bytes, bytes]));
    await closed();
    await deserted(site.push);
    expect(await metric(site.push, 'pushgate_refusals_total', `code="${code}"`)).toBe(1);
    expect(await metric(site.push, 'pushgate_refusals_total')).toBe(1);
    expect(lines).toContainEqual({ code, method: 'GET', path: '/websocket', message: 'refused' });
  });

  it('of an end that is in order, or is cut, is not counted as refused', async () => {
    const site = await inExpress({ bus: bus() });
    const [cut, ended] = [await bareWebSocket(site.push), await bareWebSocket(site.push)];
    cut.socket.resetAndDestroy();
    ended.socket.write(frame(8, Buffer.from([3, 0xe8])));
    await deserted(site.push);
    expect(await metric(site.push, 'pushgate_refusals_total')).toBe(0);
  });

  it('that is broken ends only its own connection', async () => {
    const site = await inExpress({ bus: bus() });
    const other = await listenWebSocket(site.push, '?channel=a');
    await other.first('hello');
    const { socket, closed } = await bareWebSocket(site.push);
    socket.write(Buffer.alloc(1_000, 0xff));
    expect(await closed()).toBe(1002);
    await site.gateway.publish('a', 1);
    expect(await other.dataOf(1)).toEqual([1]);
    expect(site.errors).toEqual([]);
  });

  it('of a million empty lines, or of a million values, is answered like any other', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    socket.socket.send('\n'.repeat(1_000_000));
    socket.socket.send('1\n'.repeat(1_000_000));
    expect(await socket.first('error')).toMatchObject({ code: 'OPERATION_INVALID' });
    socket.send({ type: 'publish', channel: 'a', data: 1, key: 'k' });
    expect(await socket.first('ack')).toMatchObject({ key: 'k' });
  });
});

describe('a client that sends and never reads the answers', () => {
  it('is not read any further, and nothing piles up for it', async () => {
    const site = await inExpress({ bus: bus(), limits: { history: 1_000 } });
    let calls = 0;
    const answer = 'x'.repeat(100_000);
    site.gateway.handle('large', () => {
      calls++;
      return answer;
    });
    const socket = new WebSocket(`${site.push.replace('http', 'ws')}/websocket`);
    afterwards(() => socket.terminate());
    await new Promise((resolve) => socket.once('open', resolve));
    socket.pause();
    for (let index = 0; index < 20_000; index++) socket.send('{"type":"call","method":"large"}');
    let before = -1;
    await waitUntil('the calls to stop', async () => {
      const still = calls > 0 && calls === before;
      before = calls;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return still;
    });
    // What fits into the sockets' buffers on both sides, which the system may grow to a few megabytes.
    expect(calls).toBeLessThan(500);
    await site.gateway.publish('a', 1);
    socket.resume();
    await waitUntil('the calls to go on', () => calls > before + 100, { timeoutMs: 60_000 });
  }, 120_000);
});

describe('a client that sends more than is done for it', () => {
  it('is read only some frames ahead', async () => {
    const site = await inExpress({ bus: bus() });
    const waiting: (() => void)[] = [];
    let open = false;
    site.gateway.handle('slow', () => new Promise<void>((resolve) => (open ? resolve() : waiting.push(resolve))));
    const socket = await listenWebSocket(site.push);
    const frames = 1_000;
    const size = 64 * 1024;
    for (let index = 0; index < frames; index++)
      socket.send({ type: 'call', method: 'slow', params: 'x'.repeat(size) });
    await waitUntil('the method to run', () => waiting.length > 0);
    // Until nothing more of it is read, although another client is served again and again.
    const other = await listenWebSocket(site.push);
    for (let served = 1, left = 0, still = 0; still < 30; served++) {
      other.send({ type: 'publish', channel: 'a', data: served });
      await waitUntil('an answer', () => other.ofType('ack').length === served, { everyMs: 1 });
      still = socket.socket.bufferedAmount === left ? still + 1 : 0;
      left = socket.socket.bufferedAmount;
    }
    // What waits at the sender is what was not read: all but a hundred frames and what the system buffers.
    expect(socket.socket.bufferedAmount).toBeGreaterThan((frames / 2) * size);
    expect(waiting.length).toBeLessThan(100);
    open = true;
    for (const letGo of waiting) letGo();
    await waitUntil('all answers', () => socket.ofType('reply').length === frames, { timeoutMs: 60_000 });
  }, 120_000);
});

describe('ten thousand that break off', () => {
  it('leave nothing behind: requests, streams and handshakes', async () => {
    const site = await inExpress({ bus: bus() });
    const heads = [
      'GET /push/sse?channel=a HTTP/1.1\r\nHost: h\r\n\r\n',
      'GET /push/iframe?channel=a HTTP/1.1\r\nHost: h\r\n\r\n',
      'GET /push/long-polling?channel=a HTTP/1.1\r\nHost: h\r\n\r\n',
      'GET /push/polling?channel=a HTTP/1.1\r\nHost: h\r\n\r\n',
      'GET /push/websocket?channel=a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      'GET /push/websocket?channel=a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      'GET /push/sse?channel=a HTTP/1.1\r\nHost: h\r\n',
      'POST /push/uplink HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[',
      'GET /push/sse?channel=a&since=garbage HTTP/1.1\r\nHost: h\r\n\r\n',
      '',
    ];
    let connects = 0;
    let disconnects = 0;
    site.gateway.on('connect', () => void connects++);
    site.gateway.on('disconnect', () => void disconnects++);
    for (let wave = 0; wave < 50; wave++) {
      await Promise.all(
        Array.from({ length: 200 }, (_, index) => breakOff(site.port, heads[index % heads.length] ?? '', index % 3)),
      );
    }
    await deserted(site.push);
    await waitUntil('the sockets to be gone', async () => (await connectionsOf(site.server)) <= 1, {
      timeoutMs: 10_000,
    });
    await waitUntil('as many ends as beginnings', () => connects === disconnects);
    const socket = await listenWebSocket(site.push, '?channel=a');
    await socket.first('hello');
    await site.gateway.publish('a', 1);
    expect(await socket.dataOf(1)).toEqual([1]);
    expect(site.errors).toEqual([]);
  }, 180_000);
});

/** Sends something and cuts the connection: at once, when it was sent, or with the first bytes of an answer. */
function breakOff(port: number, bytes: string, when: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = new Socket();
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
    socket.connect(port, '127.0.0.1', () => {
      if (when === 0) socket.resetAndDestroy();
      // Nothing comes for what is not complete.
      else if (when === 1 || !/\r\n\r\n$/.test(bytes) || bytes.includes('long-polling'))
        socket.write(bytes, () => socket.destroy());
      else {
        socket.once('data', () => socket.destroy());
        socket.once('end', () => socket.destroy());
        socket.write(bytes);
      }
    });
  });
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
