import { beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { waitUntil } from '../support/wait-until.js';
import type { Site } from './site.js';
import { deserted, inExpress, metric } from './site.js';

const bus = (count = 1_000) => new MemoryBus({ epoch: 'e', retention: { count } });

describe('GET /push/polling', () => {
  let site: Site;
  beforeEach(async () => {
    site = await inExpress({ bus: bus() });
  });
  const poll = (query: string) => request(site.server).get(`/push/polling?${query}`);

  it('answers at once with what there is, and with the cursor to ask from next', async () => {
    const nothing = await poll('channel=a').expect(200).expect('Content-Type', 'application/json; charset=utf-8');
    expect(nothing.body).toEqual({ cursor: 'e.0', messages: [] });
    await site.gateway.publish('a', { text: 'one' });
    await site.gateway.publish('b', 'not asked for');
    const first = await poll('channel=a&since=e.0');
    expect(first.body).toEqual({ cursor: 'e.2', messages: [{ id: 'e.1', channel: 'a', data: { text: 'one' } }] });
    expect((await poll('channel=a&since=e.2')).body).toEqual({ cursor: 'e.2', messages: [] });
  });

  it('may not be cached', async () => {
    await poll('channel=a').expect('Cache-Control', 'no-store');
  });

  it('starts from now on without a position, and from the earliest when asked', async () => {
    await site.gateway.publish('a', 1);
    expect((await poll('channel=a')).body.messages).toEqual([]);
    expect((await poll('channel=a&since=earliest')).body.messages).toHaveLength(1);
  });

  it('merges channels in the order of the log, each from its own position', async () => {
    for (const channel of ['a', 'b', 'a', 'b']) await site.gateway.publish(channel, null);
    const { body } = await poll('channel=a&channel=b&since=e.0&since.b=e.2');
    expect(body.messages.map(({ id }: { id: string }) => id)).toEqual(['e.1', 'e.3', 'e.4']);
  });

  it('takes Last-Event-ID before lastEventId, and lastEventId before since', async () => {
    for (let index = 0; index < 3; index++) await site.gateway.publish('a', index);
    const ids = async (query: string, header?: string) => {
      const asked = poll(query);
      const { body } = await (header === undefined ? asked : asked.set('Last-Event-ID', header));
      return body.messages.length;
    };
    expect(await ids('channel=a&since=e.0&lastEventId=e.1', 'e.2')).toBe(1);
    expect(await ids('channel=a&since=e.0&lastEventId=e.1')).toBe(2);
    expect(await ids('channel=a&since=e.0')).toBe(3);
  });

  it('says hello when asked to', async () => {
    await site.gateway.publish('a', 1);
    const { body } = await poll('channel=a&since=e.0&hello=1');
    expect(body).toEqual({
      hello: {
        type: 'hello',
        cursor: 'e.0',
        head: 'e.1',
        heartbeatMs: 25_000,
        limits: { messageBytes: 2_097_152, channels: 100, operations: 1_000 },
        transports: ['websocket', 'sse', 'long-polling', 'iframe', 'polling'],
      },
      cursor: 'e.1',
      messages: [{ id: 'e.1', channel: 'a', data: 1 }],
    });
  });

  it.each([
    ['short messages', 2_500, 'short', 1_024],
    ['long ones', 20, 'x'.repeat(20_000), 14],
  ])('gives a long past of %s in several answers, none of it twice', async (_, count, text, most) => {
    site = await inExpress({ bus: bus(count) });
    for (let index = 0; index < count; index++) await site.gateway.publish('a', { index, text });
    const answers: number[][] = [];
    for (let cursor = 'e.0', more = true; more; ) {
      const { body } = await poll(`channel=a&since=${cursor}`);
      answers.push(body.messages.map(({ data }: { data: { index: number } }) => data.index));
      more = body.more === true;
      cursor = body.cursor;
    }
    expect(answers.flat()).toEqual(Array.from({ length: count }, (_, index) => index));
    expect(answers.map(({ length }) => length)).toEqual([
      ...Array(Math.floor(count / most)).fill(most),
      ...(count % most === 0 ? [] : [count % most]),
    ]);
  });

  it('answers two questions at the same time alike', async () => {
    await site.gateway.publish('a', 1);
    const [one, two] = await Promise.all([poll('channel=a&since=e.0'), poll('channel=a&since=e.0')]);
    expect(one.body).toEqual(two.body);
  });
});

describe('a gap in a polling answer', () => {
  it('names what the retention has let go', async () => {
    const site = await inExpress({ bus: bus(2) });
    for (let index = 0; index < 5; index++) await site.gateway.publish('a', index);
    await site.gateway.publish('b', 'kept');
    const { body } = await request(site.server).get('/push/polling?channel=a&channel=b&since=e.1');
    expect(body.gap).toEqual({ type: 'gap', channels: ['a'], from: 'e.1', to: 'e.3' });
    expect(body.messages.map(({ id }: { id: string }) => id)).toEqual(['e.4', 'e.5', 'e.6']);
  });

  it('is one that spans those of all channels', async () => {
    const site = await inExpress({ bus: bus(1) });
    for (const channel of ['a', 'a', 'b', 'b', 'b']) await site.gateway.publish(channel, null);
    const { body } = await request(site.server).get('/push/polling?channel=a&channel=b&since=e.0');
    expect(body.gap).toEqual({ type: 'gap', channels: ['a', 'b'], from: 'e.0', to: 'e.4' });
  });

  it('tells of a cursor of another log, and everything that is left follows', async () => {
    const site = await inExpress({ bus: bus() });
    await site.gateway.publish('a', 1);
    const { body } = await request(site.server).get('/push/polling?channel=a&since=earlier.77');
    expect(body).toMatchObject({ gap: { channels: ['a'], from: 'earlier.77', to: 'e.0' }, messages: [{ id: 'e.1' }] });
  });

  it('tells of a cursor from the future, and does not wait for the log to get there', async () => {
    const site = await inExpress({ bus: bus() });
    await site.gateway.publish('a', 1);
    const { body } = await request(site.server).get('/push/polling?channel=a&since=e.9007199254740991');
    expect(body).toMatchObject({ gap: { from: 'e.9007199254740991', to: 'e.1' }, cursor: 'e.1', messages: [] });
  });
});

describe('GET /push/long-polling', () => {
  const waiting = (site: Site) =>
    waitUntil('the poll to wait', async () => (await metric(site.push, 'pushgate_connections', 'long-polling')) === 1);

  it('answers at once when there is something', async () => {
    const site = await inExpress({ bus: bus() });
    await site.gateway.publish('a', 1);
    const { body } = await request(site.server).get('/push/long-polling?channel=a&since=e.0');
    expect(body).toEqual({ cursor: 'e.1', messages: [{ id: 'e.1', channel: 'a', data: 1 }] });
    await deserted(site.push);
  });

  it('waits for the first message and answers with it', async () => {
    const site = await inExpress({ bus: bus() });
    const answer = fetch(`${site.push}/long-polling?channel=a&channel=b`);
    await waiting(site);
    await site.gateway.publish('other', 0);
    await site.gateway.publish('b', 1);
    expect(await (await answer).json()).toEqual({ cursor: 'e.2', messages: [{ id: 'e.2', channel: 'b', data: 1 }] });
    await deserted(site.push);
  });

  it('takes what is published within one turn in one answer', async () => {
    const site = await inExpress({ bus: bus() });
    const answer = fetch(`${site.push}/long-polling?channel=a`);
    await waiting(site);
    await Promise.all([1, 2, 3].map((data) => site.gateway.publish('a', data)));
    expect(await (await answer).json()).toMatchObject({
      cursor: 'e.3',
      messages: [{ data: 1 }, { data: 2 }, { data: 3 }],
    });
  });

  it.each(['0', '0.05', '000000.05'])('answers with nothing when the wait of %s seconds is over', async (wait) => {
    const site = await inExpress({ bus: bus() });
    await site.gateway.publish('other', 1);
    const { body } = await request(site.server).get(`/push/long-polling?channel=a&wait=${wait}`).expect(200);
    expect(body).toEqual({ cursor: 'e.1', messages: [] });
  });

  it('waits no longer than the gateway allows', async () => {
    const site = await inExpress({ bus: bus(), maxWaitMs: 50 });
    await request(site.server).get('/push/long-polling?channel=a&wait=999999').expect(200);
    await request(site.server).get('/push/long-polling?channel=a').expect(200);
  });

  it('answers at once where the hello is asked for', async () => {
    const site = await inExpress({ bus: bus() });
    const { body } = await request(site.server).get('/push/long-polling?channel=a&hello=1');
    expect(body).toMatchObject({ hello: { type: 'hello', head: 'e.0' }, messages: [] });
  });

  it('answers at once with a gap', async () => {
    const site = await inExpress({ bus: bus() });
    const { body } = await request(site.server).get('/push/long-polling?channel=a&since=earlier.3');
    expect(body).toEqual({
      gap: { type: 'gap', channels: ['a'], from: 'earlier.3', to: 'e.0' },
      cursor: 'e.0',
      messages: [],
    });
  });

  it.each(['', '-1', '1e3', 'NaN', 'Infinity', '1,5', ' 1', '0x10', '9'.repeat(7), '1.2345', '__proto__'])(
    'refuses to wait %p seconds',
    async (wait) => {
      const site = await inExpress({ bus: bus() });
      const { body } = await request(site.server)
        .get('/push/long-polling')
        .query({ channel: 'a', wait })
        .expect(400)
        .expect('Content-Type', /application\/problem\+json/);
      expect(body).toMatchObject({ code: 'BAD_REQUEST', detail: expect.stringContaining('number of seconds') });
    },
  );

  it('leaves nothing behind when the client goes away', async () => {
    const site = await inExpress({ bus: bus() });
    const gone = new AbortController();
    const answer = fetch(`${site.push}/long-polling?channel=a`, { signal: gone.signal });
    await waiting(site);
    gone.abort();
    await expect(answer).rejects.toThrow();
    await deserted(site.push);
  });

  it('is told when to come back when the gateway closes', async () => {
    const site = await inExpress({ bus: bus(), drainMs: 5_000 });
    const answer = fetch(`${site.push}/long-polling?channel=a`);
    await waiting(site);
    await site.gateway.close();
    const { status, headers } = await answer;
    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(5);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
  });

  it('gives the channel of a reader that never stops asking everything once and in order', async () => {
    const site = await inExpress({ bus: bus() });
    const data: number[] = [];
    const reading = (async () => {
      for (let cursor = 'earliest'; data.length < 200; ) {
        const { body } = await request(site.server).get(`/push/long-polling?channel=a&wait=5&since=${cursor}`);
        data.push(...body.messages.map((message: { data: number }) => message.data));
        cursor = body.cursor;
      }
    })();
    for (let index = 0; index < 200; index++) {
      await site.gateway.publish('a', index);
      if (index % 7 === 0) await new Promise(setImmediate);
    }
    await reading;
    expect(data).toEqual(Array.from({ length: 200 }, (_, index) => index));
  });
});
