import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { inExpress, metric } from './site.js';
import { listenWebSocket } from './streams.js';

describe('GET /push/health', () => {
  it('is ready when a message came back through the bus', async () => {
    const site = await inExpress({ bus: new MemoryBus({ epoch: 'e' }) });
    const { body } = await request(site.server).get('/push/health').expect(200).expect('Cache-Control', 'no-store');
    expect(body).toEqual({ status: 'ready', bus: { engine: 'memory', epoch: 'e' }, roundTripMs: expect.any(Number) });
  });

  it('asks the bus once for many who ask at the same time', async () => {
    const bus = new MemoryBus({ epoch: 'e' });
    const site = await inExpress({ bus });
    await Promise.all(Array.from({ length: 20 }, () => request(site.server).get('/push/health').expect(200)));
    expect(await bus.head()).toBeLessThan(5);
  });

  it('is not ready when the bus takes nothing', async () => {
    const bus = new MemoryBus();
    const site = await inExpress({ bus });
    await bus.close();
    const { body } = await request(site.server).get('/push/health').expect(503);
    expect(body).toMatchObject({ status: 'unavailable', detail: 'The bus is closed.' });
  });

  it('tells whoever asks no more of what broke in the bus than that something did', async () => {
    const error = new Error('connect ECONNREFUSED redis://:password@10.0.0.7:6379');
    class BrokenBus extends MemoryBus {
      override publish = () => Promise.reject(error);
    }
    const site = await inExpress({ bus: new BrokenBus() });
    const { body } = await request(site.server).get('/push/health').expect(503);
    expect(body).toMatchObject({ status: 'unavailable', detail: expect.stringContaining('its log says what') });
    expect(JSON.stringify(body)).not.toContain('password');
    expect(site.errors).toEqual([error]);
  });

  it('cannot be read or written as a channel', async () => {
    const site = await inExpress();
    await request(site.server).get('/push/channels/$health').expect(400);
    await request(site.server).get('/push/polling?channel=$health').expect(400);
    await request(site.server).post('/push/channels/$health').send([1]).expect(400);
  });
});

describe('GET /push/metrics', () => {
  it('counts connections, deliveries, operations and refusals', async () => {
    const site = await inExpress();
    const socket = await listenWebSocket(site.push, '?channel=a');
    await socket.first('hello');
    socket.send({ type: 'publish', channel: 'a', data: 1 }, { type: 'call', method: 'none' }, { type: 'none' });
    await socket.dataOf(1);
    await request(site.server).get('/push/polling?channel=a').expect(200);
    await request(site.server).get('/push/polling').expect(400);
    const { headers } = await request(site.server).get('/push/metrics').expect(200);
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(await metric(site.push, 'pushgate_connections', 'websocket')).toBe(1);
    expect(await metric(site.push, 'pushgate_connections_total', 'websocket')).toBe(1);
    expect(await metric(site.push, 'pushgate_connections_total', '"polling"')).toBe(1);
    expect(await metric(site.push, 'pushgate_operations_total', 'type="publish",outcome="ack"')).toBe(1);
    expect(await metric(site.push, 'pushgate_operations_total', 'outcome="error"')).toBe(2);
    expect(await metric(site.push, 'pushgate_refusals_total', 'CHANNEL_MISSING')).toBe(1);
  });

  it('grows by no label that a client makes up', async () => {
    const site = await inExpress();
    for (const name of ['one', 'two', '__proto__']) {
      await request(site.server).get(`/push/${name}`);
      await request(site.server).get(`/push/polling?channel=${name}&client=${name}`);
      await request(site.server)
        .post('/push/uplink')
        .send([{ type: name, method: name }]);
    }
    const { text } = await request(site.server).get('/push/metrics');
    expect(text).not.toMatch(/"(one|two|__proto__)"/);
  });
});
