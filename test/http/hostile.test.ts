import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { connectionsOf, deserted, inExpress, problemOf, type Site } from './site.js';
import { listenSse, listenWebSocket, refusal } from './streams.js';

const bus = () => new MemoryBus({ epoch: 'e' });
const DOWNLINKS = ['polling', 'long-polling', 'sse', 'iframe'];

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
    ['10 KB of digits', `e.${'9'.repeat(10_240)}`],
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
