import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { connect } from '../../client/node.js';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards, inExpress } from './site.js';
import { listenWebSocket } from './streams.js';

const bus = () => new MemoryBus({ epoch: 'e' });
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

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

describe('an operation with too many arrays and objects', () => {
  it('is refused by its key over every transport, so that its client need not wait for an answer', async () => {
    const site = await inExpress({ bus: bus() });
    site.gateway.handle('echo', (params) => params);
    const data = Array(131_072).fill([]);
    for (const transport of ['websocket', 'long-polling']) {
      const push = connect(site.push, { transports: [transport] });
      await push.subscribe('a').ready;
      const asked = [push.publish('a', data), push.call('echo', data)];
      const refusals = await Promise.all(asked.map((one) => one.catch(({ code }: { code: string }) => code)));
      expect([transport, refusals]).toEqual([transport, ['TOO_LARGE', 'TOO_LARGE']]);
      await push.publish('a', 'goes on');
      await push.close();
    }
    expect(await site.gateway.history('a')).toMatchObject([{ data: 'goes on' }, { data: 'goes on' }]);
  });

  it('is refused without a key where it is not alone in its frame, or has none', async () => {
    const site = await inExpress({ bus: bus() });
    const reader = await listenWebSocket(site.push);
    const { socket } = reader;
    const refusals = () => reader.ofType('error');
    const many = `[${Array(131_072).fill('[]').join(',')}]`;
    const one = `{"type":"publish","channel":"a","data":${many}, "key" : "k\\u0031"}`;
    socket.send(one);
    socket.send(`${one}\n{"type":"publish","channel":"a","data":1,"key":"k2"}`);
    socket.send(`[${one}]`);
    socket.send(`{"data":${many},"params":"key","x":{"key":"x"},"key":1}`);
    await waitUntil('an answer to each', () => refusals().length === 4);
    const code = 'TOO_LARGE';
    expect(refusals().map((refusal) => ({ code: refusal.code, key: refusal.key }))).toEqual([
      { code, key: 'k1' },
      ...Array(3).fill({ code }),
    ]);
    expect(await site.gateway.history('a')).toEqual([]);
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
