import { describe, expect, it } from '@jest/globals';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { HANDSHAKE } from '../support/handshake.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { attached, connectionsOf, deserted, inExpress } from './site.js';
import { listenWebSocket, refusal } from './streams.js';

const bus = (count = 1_000) => new MemoryBus({ epoch: 'e', retention: { count } });

describe('GET /push/websocket', () => {
  it('says hello first, and then what comes after the position', async () => {
    const site = await inExpress({ bus: bus() });
    await site.gateway.publish('a', 1);
    const socket = await listenWebSocket(site.push, '?channel=a&since=e.0');
    await site.gateway.publish('a', 2);
    expect(await socket.dataOf(2)).toEqual([1, 2]);
    expect(socket.records[0]).toMatchObject({ type: 'hello', cursor: 'e.0', head: 'e.1' });
  });

  it('needs no channel to begin with', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push);
    expect(await socket.first('hello')).toMatchObject({ cursor: 'e.0' });
  });

  it('takes the position from Last-Event-ID before the query', async () => {
    const site = await inExpress({ bus: bus() });
    for (const data of [1, 2, 3]) await site.gateway.publish('a', data);
    const socket = await listenWebSocket(site.push, '?channel=a&since=e.0', { 'Last-Event-ID': 'e.2' });
    expect(await socket.dataOf(1)).toEqual([3]);
  });

  it('tells of a gap before what is left', async () => {
    const site = await inExpress({ bus: bus(1) });
    for (const data of [1, 2, 3]) await site.gateway.publish('a', data);
    const socket = await listenWebSocket(site.push, '?channel=a&since=e.0');
    await socket.dataOf(1);
    expect(socket.records.slice(1)).toEqual([
      { type: 'gap', channels: ['a'], from: 'e.0', to: 'e.2' },
      { id: 'e.3', channel: 'a', data: 3 },
    ]);
  });

  it('carries what is published within one turn in one frame, a line for each', async () => {
    const site = await inExpress({ bus: bus() });
    const socket = await listenWebSocket(site.push, '?channel=a');
    await socket.first('hello');
    await Promise.all([1, 2, 3].map((data) => site.gateway.publish('a', data)));
    await socket.dataOf(3);
    expect(socket.frames.at(-1)?.split('\n')).toHaveLength(3);
  });

  it('sends a heartbeat when it is quiet', async () => {
    const site = await inExpress({ bus: bus(), heartbeatMs: 40 });
    const socket = await listenWebSocket(site.push, '?channel=a');
    expect(await socket.first('heartbeat')).toEqual({ type: 'heartbeat', cursor: 'e.0' });
  });

  it('is closed when the peer answers no ping', async () => {
    const site = await inExpress({ bus: bus(), heartbeatMs: 40 });
    const deaf = await rawHttp(`${site.push}/websocket?channel=a`, { headers: HANDSHAKE });
    expect(deaf.status).toBe(101);
    await deserted(site.push);
    deaf.socket.destroy();
  });

  it('says bye when the gateway closes, with a code that means to come back', async () => {
    const site = await inExpress({ bus: bus(), drainMs: 100 });
    const socket = await listenWebSocket(site.push, '?channel=a');
    await socket.first('hello');
    await site.gateway.close();
    await waitUntil('the close', () => socket.over);
    expect(socket.code).toBe(4503);
    expect(socket.reason).toBe('the gateway is closing');
    expect(socket.ofType('bye')[0]?.retryMs).toBeLessThanOrEqual(100);
  });

  it('leaves nothing behind, however the client goes', async () => {
    const site = await inExpress({ bus: bus() });
    for (const leave of ['close', 'terminate'] as const) {
      const socket = await listenWebSocket(site.push, '?channel=a');
      await socket.first('hello');
      socket.socket[leave]();
      await deserted(site.push);
    }
  });
});

describe('a handshake', () => {
  it.each([
    ['?channel=a&since=garbage', 'CURSOR_INVALID', 400],
    ['?channel=', 'CHANNEL_INVALID', 400],
    ['?since.a=e.1', 'BAD_REQUEST', 400],
    ['?client=%0d%0a', 'BAD_REQUEST', 400],
    [`?${Array.from({ length: 101 }, (_, index) => `channel=${index}`).join('&')}`, 'CHANNELS_TOO_MANY', 400],
  ])('with %s is refused as %s', async (query, code, status) => {
    const site = await inExpress({ bus: bus() });
    const refused = await refusal(site.push, query);
    expect(refused).toMatchObject({ status, code, contentType: expect.stringContaining('application/problem+json') });
  });

  it('for another transport, or for nothing, is refused', async () => {
    const site = await attached({ bus: bus() });
    for (const path of ['sse', 'polling', 'nothing', '__proto__', '']) {
      const answer = await rawHttp(`${site.push}/${path}?channel=a`, { headers: HANDSHAKE });
      expect([path, answer.status]).toEqual([path, 404]);
      expect(JSON.parse(await answer.rest())).toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('that is refused leaves no socket behind, even when the client never closes its side', async () => {
    const site = await inExpress({ bus: bus() });
    const answer = await rawHttp(`${site.push}/websocket?since=garbage`, { headers: HANDSHAKE });
    answer.socket.allowHalfOpen = true;
    await waitUntil('the socket to be gone', () => connectionsOf(site.server).then((count) => count === 0));
    answer.socket.destroy();
  });

  it.each([
    ['no key', { 'sec-websocket-key': '' }],
    ['a wrong key', { 'sec-websocket-key': 'short' }],
    ['an unknown version', { 'sec-websocket-version': '7' }],
    ['another protocol', { upgrade: 'h2c' }],
  ])('with %s is answered with a 4xx and closed', async (_what, headers) => {
    const site = await inExpress({ bus: bus() });
    const answer = await rawHttp(`${site.push}/websocket`, { headers: { ...HANDSHAKE, ...headers } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    await answer.rest();
    await waitUntil('the socket to be gone', () => connectionsOf(site.server).then((count) => count === 0));
  });

  it.each(['8', '12', '014', '13, 8', ''])(
    'of version "%s" is refused, and told the one that is spoken',
    async (version) => {
      const site = await inExpress({ bus: bus() });
      const headers = { ...HANDSHAKE, 'sec-websocket-version': version };
      const answer = await rawHttp(`${site.push}/websocket`, { headers });
      expect(answer.status).toBe(426);
      expect(answer.headers.get('sec-websocket-version')).toBe('13');
      expect(answer.headers.get('upgrade')).toBe('websocket');
      expect(JSON.parse(await answer.rest())).toMatchObject({ code: 'UPGRADE_REQUIRED' });
      await waitUntil('the socket to be gone', () => connectionsOf(site.server).then((count) => count === 0));
    },
  );

  it('takes frames that come together with it', async () => {
    const site = await inExpress({ bus: bus() });
    const text = '{"type":"publish","channel":"a","data":"early"}';
    // A text frame, masked with zeros (RFC 6455, section 5.2).
    const frame = `\u0081${String.fromCharCode(0x80 | text.length)}\0\0\0\0${text}`;
    const socket = (
      await rawHttp(`${site.push}/websocket`, { headers: { ...HANDSHAKE, 'content-length': '0' }, body: '' })
    ).socket;
    socket.write(Buffer.from(frame, 'latin1'));
    await waitUntil('the message', async () => (await site.gateway.history('a')).length === 1);
    socket.destroy();
  });
});
