import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { WebSocket } from 'ws';
import { VisitorNodes } from '../../demo/breaking/visitor-nodes.js';
import type { Report } from '../../demo/site/words/report.js';
import { createGateway, type Gateway, MemoryBus } from '../../server/index.js';
import { listen } from '../support/listen.js';
import { type MountedDemo, mountDemo } from '../support/mounted-demo.js';
import { waitUntil } from '../support/wait-until.js';

const PATIENT = { timeoutMs: 20_000 };

describe('what a visitor breaks besides the network', () => {
  let bus: MemoryBus;
  let site: MountedDemo;

  beforeEach(async () => {
    bus = new MemoryBus();
    const another = () => createGateway({ bus });
    site = await mountDemo(another(), another);
  });
  afterEach(async () => {
    await site.close();
    await bus.close();
  });

  async function report(): Promise<Report> {
    return (await (await fetch(`${site.url}/demo/costs?client=mine`)).json()) as Report;
  }

  const node = async () => (await report()).lanes['mine']?.node;

  it('is a gateway of his own on the same log, which is closed and started again', async () => {
    const { network } = await report();
    const poll = (since: string) =>
      fetch(`http://127.0.0.1:${network}/push/polling?channel=chat&lane=mine&since=${since}`);
    expect(await node()).toBe('none');
    expect((await site.post('/demo/restarts', { client: 'mine' })).status).toBe(409);
    expect((await site.post('/demo/nodes', { client: 'mine' })).status).toBe(204);
    expect(await node()).toBe('up');
    const before = await site.gateway.publish('chat', 'before');
    const stream = await fetch(`http://127.0.0.1:${network}/push/sse?channel=chat&lane=mine`);
    const ended = stream.text().catch(() => 'cut');

    expect((await site.post('/demo/restarts', { client: 'mine' })).status).toBe(202);
    await ended;
    expect(await node()).toBe('down');
    await site.gateway.publish('chat', 'meanwhile');
    await expect(poll(before.id)).rejects.toThrow();
    // Others notice nothing of it.
    expect((await fetch(`${site.url}/push/polling?channel=chat`)).status).toBe(200);

    await waitUntil('the gateway to be up again', async () => (await node()) === 'up', PATIENT);
    const { messages } = (await (await poll(before.id)).json()) as { messages: { data: unknown }[] };
    expect(messages.map(({ data }) => data)).toEqual(['meanwhile']);
    expect((await report()).lanes['mine']?.cost.requests).toBeGreaterThanOrEqual(2);
  });

  it('is gone, and leaves nothing on the log, when somebody else has its port by the time it starts again', async () => {
    const closings: jest.Spied<Gateway['close']>[] = [];
    const make = () => {
      const gateway = createGateway({ bus });
      closings.push(jest.spyOn(gateway, 'close'));
      return gateway;
    };
    const nodes = new VisitorNodes({ make, path: '/push', prepare: () => () => {} });
    expect(await nodes.open('mine', 'ann')).toBeNull();
    const port = nodes.portFor('mine') ?? 0;
    nodes.restart('mine');
    await waitUntil('the end of the first', () => closings[0]?.mock.calls.length === 1, PATIENT);
    const other = await listen((_request, response) => response.end(), port);
    await waitUntil('the end of the lane', () => nodes.standing('mine') === 'none', PATIENT);
    await waitUntil('the end of the second', () => closings[1]?.mock.calls.length === 1, PATIENT);
    await other.close();
    await nodes.close();
  });

  it('is asked for a heartbeat that lets a dead line be noticed while one watches', async () => {
    const asked: number[] = [];
    const make = (heartbeatMs: number) => {
      asked.push(heartbeatMs);
      return createGateway({ bus, heartbeatMs });
    };
    const nodes = new VisitorNodes({ make, path: '/push', prepare: () => () => {} });
    const opening = nodes.open('mine', 'ann');
    // It is none that could be closed yet.
    expect(nodes.standing('mine')).toBe('none');
    expect(await opening).toBeNull();
    expect(nodes.standing('mine')).toBe('up');
    const hello = await fetch(`http://127.0.0.1:${nodes.portFor('mine')}/push/polling?channel=chat&hello=1`);
    expect(await hello.json()).toMatchObject({ hello: { heartbeatMs: 5_000 } });
    expect(asked).toEqual([5_000]);
    await nodes.close();
  });

  it('goes on when a connection to it cannot be taken', async () => {
    const servers: Server[] = [];
    const prepare = (_app: unknown, server: Server) => {
      servers.push(server);
      return () => {};
    };
    const nodes = new VisitorNodes({ make: () => createGateway({ bus }), path: '/push', prepare });
    expect(await nodes.open('mine', 'ann')).toBeNull();
    for (let time = 0; time < 2; time++) expect(servers[0]?.emit('error', new Error('accept EMFILE'))).toBe(true);
    const health = await fetch(`http://127.0.0.1:${nodes.portFor('mine')}/push/health`);
    expect(health.status).toBe(200);
    await nodes.close();
  });

  it('is to be had so many times by one visitor, and by nobody who comes from elsewhere', async () => {
    const statuses: number[] = [];
    for (let number = 0; number < 14; number++) {
      statuses.push((await site.post('/demo/nodes', { client: `lane-${number}` })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 4 }, () => 204), ...Array.from({ length: 10 }, () => 429)]);
    expect((await site.post('/demo/nodes', { client: 'not a lane' })).status).toBe(400);
  });

  it('gives way when its page is not there any more and the same visitor comes again', async () => {
    const nodes = new VisitorNodes({ make: () => createGateway({ bus }), path: '/push', prepare: () => () => {} });
    for (const lane of ['left', 'second', 'third', 'fourth']) expect(await nodes.open(lane, 'ann')).toBeNull();
    expect(await nodes.open('again', 'ann')).toMatchObject({ who: 'visitor' });
    const isIn = await waitUntil(
      'a place',
      async () => {
        for (const lane of ['second', 'third', 'fourth']) nodes.standing(lane);
        return (await nodes.open('again', 'ann')) === null;
      },
      PATIENT,
    );
    expect(isIn).toBe(true);
    const standings = ['left', 'second', 'third', 'fourth', 'again'].map((lane) => nodes.standing(lane));
    expect(standings).toEqual(['none', 'up', 'up', 'up', 'up']);
    await nodes.close();
  });

  it('is a bare feed that tells only who is there, and is charged to nobody', async () => {
    const { network } = await report();
    const origin = `127.0.0.1:${network}/demo/bare`;
    const stream = await fetch(`http://${origin}/sse?lane=mine`);
    const socket = new WebSocket(`ws://${origin}/websocket?lane=mine`);
    const [[first], piece] = await Promise.all([once(socket, 'message'), stream.body?.getReader().read()]);
    expect(JSON.parse(String(first))).toMatchObject({ run: (await report()).run });
    expect(new TextDecoder().decode(piece?.value)).toMatch(/^data: \{"run":.*\}\n\n$/);
    expect((await report()).lanes['mine']?.cost).toEqual({ requests: 0, up: 0, down: 0 });

    // Pages of other sites learn nothing of this machine.
    const page = (place: string) => ({ headers: { origin: `http://${place}` } });
    const own = await fetch(`http://${origin}/sse`, page(new URL(site.url).host));
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, site.url]);
    await own.body?.cancel();
    expect((await fetch(`http://${origin}/sse`, page('elsewhere.example'))).status).toBe(403);
    const [foreign] = await once(new WebSocket(`ws://${origin}/websocket`, page('elsewhere.example')), 'error');
    expect(String(foreign)).toMatch(/403/);

    const closed = once(socket, 'close');
    const cut = await site.post('/demo/cuts', { client: 'mine', how: 'cut' });
    // Nothing of the lane's own, which a visitor is told of.
    expect(await cut.json()).toEqual({ cut: 0 });
    await closed;
    const blocked = { client: 'mine', transport: 'websocket', blocked: true, fault: 'stripped' };
    expect((await site.post('/demo/blocks', blocked)).status).toBe(200);
    const [error] = await once(new WebSocket(`ws://${origin}/websocket?lane=mine`), 'error');
    expect(String(error)).toMatch(/404/);
  });

  it('is cut at the gateway’s own sockets where there is no network between', async () => {
    const response = await fetch(`${site.url}/push/sse?channel=chat&lane=mine`);
    const ended = response.text().catch(() => 'cut');
    const cut = request(site.url).post('/demo/cuts').set({ Host: 'demo.example' });
    expect((await cut.send({ client: 'mine', how: 'cut' })).body).toEqual({ cut: 1 });
    expect(await ended).toBe('cut');
  });
});
