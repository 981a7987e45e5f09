import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { PushError } from '../../transports/error.js';
import { waitUntil } from '../support/wait-until.js';
import type { Site } from './site.js';
import { inExpress, metric } from './site.js';
import { listenIframe, listenSse, listenWebSocket } from './streams.js';

let site: Site;
beforeEach(async () => {
  site = await inExpress({ bus: new MemoryBus({ epoch: 'e' }) });
});

describe('POST /push/channels/<channel>', () => {
  it('publishes the JSON of the body and answers 201 with the id', async () => {
    await request(site.server)
      .post('/push/channels/chat')
      .send({ text: 'hi' })
      .expect(201)
      .expect('Content-Type', /application\/json/)
      .expect({ id: 'e.1' });
    expect(await site.gateway.history('chat')).toEqual([{ id: 'e.1', channel: 'chat', data: { text: 'hi' } }]);
  });

  it.each([
    'null',
    '0',
    '""',
    'false',
    '[]',
    '{}',
    '{"__proto__":{"a":1}}',
    '"\\u2028</script>"',
    '1e5',
    ' [1 , 2 ]\n',
  ])('takes %s', async (json) => {
    await request(site.server).post('/push/channels/a').type('json').send(json).expect(201);
    const [message] = await site.gateway.history('a');
    expect(JSON.stringify(message?.data)).toBe(JSON.stringify(JSON.parse(json)));
  });

  it('takes any name that is written into the path', async () => {
    for (const name of ['a/b', '__proto__', 'constructor', 'München', '🎈', 'a b', '100%', '?', '#', '..']) {
      const { body } = await request(site.server)
        .post(`/push/channels/${encodeURIComponent(name).replaceAll('.', '%2E')}`)
        .send([1])
        .expect(201);
      expect((await site.gateway.history(name))[0]?.id).toBe(body.id);
    }
  });

  it('has its effect once for a key, and answers the same again', async () => {
    const post = (key: string, client = '') =>
      request(site.server).post(`/push/channels/a${client}`).set('Idempotency-Key', key).send([1]).expect(201);
    expect((await post('k')).body).toEqual({ id: 'e.1' });
    expect((await post('k')).body).toEqual({ id: 'e.1' });
    expect((await post('k', '?client=other')).body).toEqual({ id: 'e.2' });
    expect((await post('another')).body).toEqual({ id: 'e.3' });
  });

  it('keeps the keys of channels apart', async () => {
    const post = (channel: string) =>
      request(site.server).post(`/push/channels/${channel}`).set('Idempotency-Key', 'k').send([1]).expect(201);
    expect([(await post('a')).body, (await post('b')).body]).toEqual([{ id: 'e.1' }, { id: 'e.2' }]);
  });
});

describe('GET /push/channels/<channel>', () => {
  it('answers with the last messages, oldest first, and the cursor to subscribe from', async () => {
    for (let index = 0; index < 60; index++) await site.gateway.publish('a', index);
    await site.gateway.publish('b', 0);
    const { body } = await request(site.server).get('/push/channels/a').expect(200).expect('Cache-Control', 'no-store');
    expect(body).toMatchObject({ channel: 'a', cursor: 'e.61' });
    expect(body.messages).toHaveLength(50);
    expect(body.messages.at(-1)).toEqual({ id: 'e.60', channel: 'a', data: 59 });
    const three = await request(site.server).get('/push/channels/a?limit=3');
    expect(three.body.messages.map(({ data }: { data: number }) => data)).toEqual([57, 58, 59]);
  });

  it('has as much as a page of the log, the newest of it, and at least one', async () => {
    const read = async () => {
      const { body } = await request(site.server).get('/push/channels/a?limit=1000').expect(200);
      return [body.cursor, body.messages.map(({ data }: { data: string }) => Number(data.slice(0, 3)))];
    };
    for (let number = 100; number < 120; number++) await site.gateway.publish('a', number + 'x'.repeat(64 * 1024));
    // The one that reaches 256 KiB is the last that is taken.
    expect(await read()).toEqual(['e.20', [116, 117, 118, 119]]);
    await site.gateway.publish('a', `120${'x'.repeat(1_000_000)}`);
    expect(await read()).toEqual(['e.21', [120]]);
    expect(await site.gateway.history('a')).toHaveLength(21);
  });

  it('is empty for a channel that nobody has used', async () => {
    const { body } = await request(site.server).get('/push/channels/__proto__').expect(200);
    expect(body).toEqual({ channel: '__proto__', cursor: 'e.0', messages: [] });
  });

  it.each(['0', '-1', '1e3', '1001', '', 'all', '1.5', '9'.repeat(10_000)])('refuses the limit %s', async (limit) => {
    const { body } = await request(site.server).get('/push/channels/a').query({ limit }).expect(400);
    expect(body).toMatchObject({ code: 'BAD_REQUEST', detail: '"limit" is a whole number from 1 to 1000.' });
  });
});

describe('POST /push/uplink', () => {
  const post = (operations: unknown, query = '') =>
    request(site.server)
      .post(`/push/uplink${query}`)
      .send(operations as object);

  it('performs the operations in order, and answers each in its place with its key', async () => {
    site.gateway.handle('sum', (params) =>
      Array.isArray(params) ? params.reduce((a, b) => Number(a) + Number(b), 0) : 0,
    );
    const { body } = await post([
      { type: 'publish', channel: 'a', data: 1, key: 'one' },
      { type: 'nonsense', key: 'two' },
      { type: 'call', method: 'sum', params: [1, 2, 3], key: 'three' },
      { type: 'publish', channel: 'a', data: 2 },
      { type: 'subscribe', channels: ['a'], key: 'five' },
    ]).expect(200);
    expect(body).toEqual([
      { type: 'ack', key: 'one', id: 'e.1' },
      { type: 'error', key: 'two', code: 'OPERATION_INVALID', message: expect.any(String) },
      { type: 'reply', key: 'three', result: 6 },
      { type: 'ack', id: 'e.2' },
      { type: 'error', key: 'five', code: 'OPERATION_INVALID', message: expect.stringContaining('both ways') },
    ]);
    expect((await site.gateway.history('a')).map(({ data }) => data)).toEqual([1, 2]);
  });

  it('takes one operation without an array as well', async () => {
    await post({ type: 'publish', channel: 'a', data: null })
      .expect(200)
      .expect([{ type: 'ack', id: 'e.1' }]);
  });

  it('answers nothing to nothing', async () => {
    await post([]).expect(200).expect([]);
  });

  it('gives a repeated batch the same answers and no second effect', async () => {
    const batch = Array.from({ length: 20 }, (_, index) => ({
      type: 'publish',
      channel: 'a',
      data: index,
      key: `k${index}`,
    }));
    const answers = await Promise.all([
      post(batch, '?client=me'),
      post(batch, '?client=me'),
      post(batch, '?client=me'),
    ]);
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    expect(await site.gateway.history('a')).toHaveLength(20);
    await post(batch, '?client=other');
    expect(await site.gateway.history('a')).toHaveLength(40);
  });

  it('shares keys with the WebSocket of the same client', async () => {
    const socket = await listenWebSocket(site.push, '?client=me');
    const operation = { type: 'publish', channel: 'a', data: 1, key: 'k' };
    socket.send(operation);
    await socket.first('ack');
    await post([operation], '?client=me').expect([{ type: 'ack', key: 'k', id: 'e.1' }]);
  });

  it('takes no more operations at once than allowed', async () => {
    const { body } = await post(
      Array.from({ length: 1_001 }, () => ({ type: 'publish', channel: 'a', data: 1 })),
    ).expect(400);
    expect(body).toMatchObject({ code: 'OPERATION_INVALID', detail: expect.stringContaining('several requests') });
    expect(await site.gateway.history('a')).toEqual([]);
  });

  it.each([
    ['no channel', { type: 'publish', data: 1 }, 'CHANNEL_INVALID'],
    ['a number for a channel', { type: 'publish', channel: 1, data: 1 }, 'CHANNEL_INVALID'],
    ['an array for a channel', { type: 'publish', channel: ['a'], data: 1 }, 'CHANNEL_INVALID'],
    ['a line break in the channel', { type: 'publish', channel: 'a\nb', data: 1 }, 'CHANNEL_INVALID'],
    ['no data', { type: 'publish', channel: 'a' }, 'OPERATION_INVALID'],
    ['an empty key', { type: 'publish', channel: 'a', data: 1, key: '' }, 'OPERATION_INVALID'],
    ['a number for a key', { type: 'publish', channel: 'a', data: 1, key: 1 }, 'OPERATION_INVALID'],
    ['a long key', { type: 'publish', channel: 'a', data: 1, key: 'k'.repeat(201) }, 'OPERATION_INVALID'],
    ['a text for echo', { type: 'publish', channel: 'a', data: 1, echo: 'no' }, 'OPERATION_INVALID'],
    ['no method', { type: 'call', params: 1 }, 'OPERATION_INVALID'],
    ['no type', { channel: 'a', data: 1 }, 'OPERATION_INVALID'],
    ['a text', 'publish', 'OPERATION_INVALID'],
    ['null', null, 'OPERATION_INVALID'],
    ['an array', [1], 'OPERATION_INVALID'],
    ['a method named like what every object has', { type: 'call', method: 'constructor', params: 1 }, 'METHOD_UNKNOWN'],
    ['a method named __proto__', { type: 'call', method: '__proto__', params: 1 }, 'METHOD_UNKNOWN'],
  ])('answers an operation with %s by an error', async (_what, operation, code) => {
    const { body } = await post([operation]).expect(200);
    expect(body).toMatchObject([{ type: 'error', code }]);
    expect(site.errors).toEqual([]);
  });
});

describe('a call', () => {
  const call = (operation: object, query = '') =>
    request(site.server)
      .post(`/push/uplink${query}`)
      .send([{ type: 'call', ...operation }])
      .expect(200);

  it('is told who calls', async () => {
    site.gateway.handle('who', (_params, caller) => caller);
    const { body } = await call({ method: 'who' }, '?client=me');
    expect(body).toEqual([
      { type: 'reply', result: { client: 'me', address: expect.stringContaining('127.0.0.1'), user: null } },
    ]);
  });

  it('answers null where the method returns nothing', async () => {
    site.gateway.handle('nothing', () => undefined);
    expect((await call({ method: 'nothing' })).body).toEqual([{ type: 'reply', result: null }]);
  });

  it('runs once for a key, however often and however early it is repeated', async () => {
    let runs = 0;
    let letGo: (value: number) => void = () => undefined;
    site.gateway.handle('slow', () => {
      runs++;
      return new Promise((resolve) => (letGo = resolve));
    });
    const answers = [1, 2, 3].map(() => call({ method: 'slow', key: 'k' }, '?client=me').then(({ body }) => body));
    await waitUntil('the method to run', () => runs > 0);
    letGo(7);
    for (const answer of answers) expect(await answer).toEqual([{ type: 'reply', key: 'k', result: 7 }]);
    expect((await call({ method: 'slow', key: 'k' }, '?client=me')).body).toEqual([
      { type: 'reply', key: 'k', result: 7 },
    ]);
    expect(runs).toBe(1);
  });

  it('holds up nothing that is behind it in its batch, and is answered in its place', async () => {
    let letGo: (value: string) => void = () => undefined;
    site.gateway.handle('slow', () => new Promise((resolve) => (letGo = resolve)));
    const answer = request(site.server)
      .post('/push/uplink')
      .send([
        { type: 'publish', channel: 'a', data: 1 },
        { type: 'call', method: 'slow', key: 'k' },
        { type: 'publish', channel: 'a', data: 2 },
        { type: 'publish', channel: 'a', data: 3 },
      ])
      .then(({ body }) => body);
    await waitUntil('what is behind it', async () => (await site.gateway.history('a')).length === 3);
    letGo('done');
    expect(await answer).toEqual([
      { type: 'ack', id: 'e.1' },
      { type: 'reply', key: 'k', result: 'done' },
      { type: 'ack', id: 'e.2' },
      { type: 'ack', id: 'e.3' },
    ]);
    expect((await site.gateway.history('a')).map(({ data }) => data)).toEqual([1, 2, 3]);
  });

  it('waits where many are under way in its batch', async () => {
    const waiting: (() => void)[] = [];
    site.gateway.handle('slow', () => new Promise<void>((resolve) => waiting.push(resolve)));
    const calls = Array.from({ length: 40 }, () => ({ type: 'call', method: 'slow' }));
    const answer = request(site.server)
      .post('/push/uplink')
      .send([...calls, { type: 'publish', channel: 'a', data: 1 }])
      .then(({ body }) => body);
    await waitUntil('the first calls', () => waiting.length === 32);
    expect(await site.gateway.history('a')).toEqual([]);
    for (let done = 0; done < calls.length; done++) {
      const letGo = await waitUntil('the next call', () => waiting[done]);
      letGo();
    }
    expect(await answer).toEqual([...calls.map(() => ({ type: 'reply', result: null })), { type: 'ack', id: 'e.1' }]);
  });

  it('is not made when what is before it in its batch took too long, or answered too much', async () => {
    const bus = new MemoryBus();
    const publish = bus.publish.bind(bus);
    bus.publish = async (draft) => {
      if (draft.channel === 'slow') await sleep(60);
      return publish(draft);
    };
    const tight = await inExpress({ bus, callTimeoutMs: 30, limits: { bodyBytes: 1_000 } });
    let runs = 0;
    tight.gateway.handle('run', () => ++runs);
    tight.gateway.handle('long', () => 'x'.repeat(1_000));
    const delay = { type: 'publish', channel: 'slow', data: 1 };
    for (const [before, code] of [
      [[delay], 'TIMEOUT'],
      [[{ type: 'call', method: 'long' }, delay], 'TOO_LARGE'],
    ] as const) {
      const { body } = await request(tight.server)
        .post('/push/uplink')
        .send([...before, { type: 'call', method: 'run', key: 'k' }]);
      expect(body.at(-1)).toMatchObject({ type: 'error', key: 'k', code });
    }
    expect(runs).toBe(0);
  });

  it('is given up after its time', async () => {
    const quick = await inExpress({ callTimeoutMs: 30 });
    quick.gateway.handle('never', () => new Promise(() => undefined));
    const { body } = await request(quick.server)
      .post('/push/uplink')
      .send([{ type: 'call', method: 'never', key: 'k' }]);
    expect(body).toEqual([{ type: 'error', key: 'k', code: 'TIMEOUT', message: expect.any(String) }]);
  });

  it('that throws says so without telling what is inside', async () => {
    site.gateway.handle('throw', () => {
      throw new Error('password: hunter2');
    });
    site.gateway.handle('reject', async () => Promise.reject(new PushError('LATE', 'Come earlier.')));
    site.gateway.handle('odd', () => ({ big: 1n }));
    expect((await call({ method: 'throw' })).body).toEqual([
      { type: 'error', code: 'CALL_FAILED', message: expect.not.stringContaining('hunter2') },
    ]);
    expect((await call({ method: 'reject' })).body).toEqual([
      { type: 'error', code: 'LATE', message: 'Come earlier.' },
    ]);
    expect((await call({ method: 'odd' })).body).toMatchObject([{ type: 'error' }]);
    expect(site.errors).toContainEqual(new Error('password: hunter2'));
  });

  it('may not be registered twice', () => {
    site.gateway.handle('once', () => 1);
    expect(() => site.gateway.handle('once', () => 2)).toThrow(PushError);
    expect(() => site.gateway.handle('', () => 2)).toThrow(PushError);
  });

  it('gets params within the limits of a message only', async () => {
    const small = await inExpress({ limits: { messageBytes: 100, depth: 5 } });
    let runs = 0;
    small.gateway.handle('run', () => ++runs);
    for (const [params, code] of [
      ['x'.repeat(200), 'TOO_LARGE'],
      [[[[[[[1]]]]]], 'JSON_INVALID'],
    ] as const) {
      const { body } = await request(small.server)
        .post('/push/uplink')
        .send([{ type: 'call', method: 'run', params }]);
      expect(body).toMatchObject([{ type: 'error', code }]);
    }
    expect(runs).toBe(0);
  });
});

describe('a message without echo', () => {
  it('is kept from every connection of its client, on every transport, and from nobody else', async () => {
    const streams = await Promise.all(
      ['me', 'you'].map(async (client) => ({
        client,
        sse: await listenSse(`${site.push}/sse?channel=a&client=${client}`),
        iframe: await listenIframe(`${site.push}/iframe?channel=a&client=${client}`),
        websocket: await listenWebSocket(site.push, `?channel=a&client=${client}`),
        anonymous: await listenSse(`${site.push}/sse?channel=a`),
      })),
    );
    for (const { sse, iframe, websocket, anonymous } of streams) {
      for (const stream of [sse, iframe, websocket, anonymous]) await stream.first('hello');
    }
    const held = ['me', 'you'].map((client) => fetch(`${site.push}/long-polling?channel=a&client=${client}`));
    await waitUntil(
      'both polls to wait',
      async () => (await metric(site.push, 'pushgate_connections', 'long-polling')) === 2,
    );

    await request(site.server)
      .post('/push/uplink?client=me')
      .send([{ type: 'publish', channel: 'a', data: 'others', echo: false }])
      .expect(200);
    const yours = await held[1]?.then((response) => response.json());
    expect(yours).toMatchObject({ messages: [{ data: 'others' }] });
    await request(site.server)
      .post('/push/uplink?client=me')
      .send([{ type: 'publish', channel: 'a', data: 'all' }]);
    const mine = await held[0]?.then((response) => response.json());
    expect(mine).toMatchObject({ messages: [{ data: 'all' }] });

    for (const { client, sse, iframe, websocket, anonymous } of streams) {
      const expected = client === 'me' ? ['all'] : ['others', 'all'];
      for (const stream of [sse, iframe, websocket]) expect(await stream.dataOf(expected.length)).toEqual(expected);
      expect(await anonymous.dataOf(2)).toEqual(['others', 'all']);
      for (const transport of ['polling', 'long-polling']) {
        const { body } = await request(site.server).get(`/push/${transport}?channel=a&since=e.0&client=${client}`);
        expect(body.messages.map(({ data }: { data: string }) => data)).toEqual(expected);
      }
      const resumed = await listenSse(`${site.push}/sse?channel=a&since=e.0&client=${client}`);
      expect(await resumed.dataOf(expected.length)).toEqual(expected);
    }
  });
});
