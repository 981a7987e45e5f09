import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createGateway } from '../../server/index.js';
import { expectOnceInOrderOrTold } from '../conformance/invariant.js';
import { nodeHost } from '../conformance/node-host.js';
import { useWorlds, type World } from '../conformance/world.js';
import { HANDSHAKE } from '../support/handshake.js';
import { listen } from '../support/listen.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';

const HEARTBEAT_MS = 400;
const TOLERANCE_MS = 300;
const WAIT_MS = 1_000;
const HOUR_MS = 3_600_000;

const host = await nodeHost();
const world = useWorlds(host);
/** Until the client waits for what comes: so many requests into its life. */
async function settled(everything: World, requests: number): Promise<void> {
  await waitUntil('the client to wait', async () => {
    return everything.proxy.requests.length >= requests && (await everything.connections()) > 0;
  });
}

/** Those with a connection that can be dead without anybody having said so. */
const held = host.transports.filter((transport) => transport !== 'polling');

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a connection of which neither end learns that the other one has gone', () => {
  it.each(held)('%s: is given up by the client in its time, and it goes on over a new one', async (transport) => {
    const everything = await world({ gateway: { heartbeatMs: HEARTBEAT_MS } });
    const { client, proxy, publish } = everything;
    const reader = await client({ transports: [transport], toleranceMs: TOLERANCE_MS, waitMs: WAIT_MS });
    await reader.subscribe('news');
    const ids = await publish('news', 'before');
    await reader.untilMessages(1);
    await settled(everything, transport === 'long-polling' ? 3 : 1);
    // What begins from now on goes over a network that is well.
    proxy.sever();
    for (let number = 0; number < 20; number++) {
      ids.push(...(await publish('news', number)));
      await sleep(20);
    }
    await reader.untilTraced('the loss', ({ event }) => event === 'lost');
    ids.push(...(await publish('news', 'after')));
    await reader.untilMessages(ids.length);
    expectOnceInOrderOrTold(reader.messages(), ids);
    expect([reader.gaps, reader.errors]).toEqual([[], []]);

    const lost = (await reader.trace()).filter(({ event }) => event === 'lost');
    expect(lost).toHaveLength(1);
    const [, silentMs] = /^silent for (\d+) ms$/.exec(lost[0]?.detail ?? '') ?? [];
    const promisedMs = transport === 'long-polling' ? WAIT_MS : HEARTBEAT_MS;
    // By the client's own clock; from above with room for a machine that has other things to do.
    expect(Number(silentMs)).toBeGreaterThanOrEqual(promisedMs + TOLERANCE_MS);
    expect(Number(silentMs)).toBeLessThan(promisedMs + TOLERANCE_MS + 3_000);
  });

  it.each(held)('%s: that dies while nothing is published is found out all the same', async (transport) => {
    const everything = await world({ gateway: { heartbeatMs: HEARTBEAT_MS } });
    const { client, proxy, publish } = everything;
    const reader = await client({ transports: [transport], toleranceMs: TOLERANCE_MS, waitMs: WAIT_MS });
    await reader.subscribe('news');
    await settled(everything, transport === 'long-polling' ? 2 : 1);
    proxy.sever();
    await reader.untilTraced('the loss', ({ event, detail }) => event === 'lost' && detail.startsWith('silent'));
    await reader.untilState('open');
    const ids = await publish('news', 'after');
    await reader.untilMessages(1);
    expectOnceInOrderOrTold(reader.messages(), ids);
  });

  it('is cut by the gateway where the peer has to answer pings', async () => {
    const everything = await world({ gateway: { heartbeatMs: HEARTBEAT_MS } });
    const reader = await everything.client({ transports: ['websocket'], toleranceMs: TOLERANCE_MS });
    await reader.subscribe('news');
    const [socket] = everything.sockets;
    expect(await everything.connections()).toBe(1);
    everything.proxy.sever();
    await reader.close();
    await waitUntil('the gateway to notice', async () => (await everything.connections()) === 0);
    await waitUntil('the socket to be gone', () => socket?.destroyed);
  });

  it('is asked for by the system wherever there is a downlink', async () => {
    const asked = jest.spyOn(Socket.prototype, 'setKeepAlive');
    const gateway = createGateway({ heartbeatMs: 25_000, drainMs: 0 });
    const listening = await listen(createServer());
    const ends: Socket[] = [];
    listening.server.on('connection', (socket: Socket) => ends.push(socket));
    gateway.attach(listening.server);
    for (const transport of ['sse', 'iframe', 'long-polling', 'websocket']) {
      const opened = new Promise<void>((resolve) => gateway.on('connect', () => resolve()));
      const headers = transport === 'websocket' ? HANDSHAKE : {};
      const response = rawHttp(`${listening.url}/push/${transport}?channel=a`, { headers, timeoutMs: 30_000 });
      response.catch(() => undefined);
      await opened;
      expect([transport, asked.mock.calls.at(-1)]).toEqual([transport, [true, 13_000]]);
      expect(asked.mock.contexts.at(-1)).toBe(ends.at(-1));
    }
    expect(asked.mock.calls).toHaveLength(4);
    await listening.close();
    await gateway.close();
  });
});

describe('a clock that is set', () => {
  it.each([HOUR_MS, -HOUR_MS])('by %i ms kills no connection that is well', async (jumpMs) => {
    const everything = await world({ gateway: { heartbeatMs: 100 } });
    const readers = await Promise.all(
      held.map((transport) =>
        everything.client({ direct: true, transports: [transport], toleranceMs: 2_000, waitMs: WAIT_MS }),
      ),
    );
    await Promise.all(readers.map((reader) => reader.subscribe('news')));
    const ids = await everything.publish('news', 'before');
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + jumpMs);
    // Some heartbeats long, and a whole long-poll.
    await sleep(WAIT_MS + 200);
    ids.push(...(await everything.publish('news', 'after')));
    for (const reader of readers) {
      await reader.untilMessages(2);
      expectOnceInOrderOrTold(reader.messages(), ids);
      expect(reader.gaps).toEqual([]);
      const events = (await reader.trace()).map(({ event }) => event);
      expect(events.filter((event) => event === 'lost' || event === 'renew')).toEqual([]);
    }
  });
});
