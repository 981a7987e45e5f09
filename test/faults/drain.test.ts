import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { FileBus } from '../../server/bus/file/file-bus.js';
import { createGateway, type Gateway, type GatewayOptions, MemoryBus } from '../../server/index.js';
import { expectOnceInOrderOrTold } from '../conformance/invariant.js';
import { nodeHost } from '../conformance/node-host.js';
import { TestClient } from '../conformance/test-client.js';
import { Balancer } from '../support/balancer.js';
import { serve } from '../support/command.js';
import { newFolder } from '../support/folder.js';
import { HANDSHAKE } from '../support/handshake.js';
import { type Listening, listen } from '../support/listen.js';
import { rawHttp } from '../support/raw-http.js';
import { mostWithin } from '../support/spread.js';
import { waitUntil } from '../support/wait-until.js';

jest.setTimeout(120_000);

const LOAD = 2_000;
/** What each client uses in turn. */
const TRANSPORTS = ['websocket', 'sse', 'websocket', 'long-polling', 'iframe'];
const WINDOW_MS = 20_000;

const host = await nodeHost();

let ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

interface Node {
  readonly gateway: Gateway;
  readonly listening: Listening;
  readonly push: string;
}

async function node(options: GatewayOptions): Promise<Node> {
  const gateway = createGateway(options);
  const listening = await listen(createServer());
  gateway.attach(listening.server);
  ends.push(() => gateway.close(), listening.close);
  return { gateway, listening, push: `${listening.url}/push` };
}

async function client(address: string, transports: readonly string[]): Promise<TestClient> {
  return new TestClient(await host.open(address, { transports, pollMs: 30, waitMs: 5_000, timeoutMs: 60_000 }));
}

/** A client that is no more than a socket: what it is told in the end is all that it remembers. */
class LightClient {
  text = '';
  readonly #socket: Socket;

  constructor({ port }: Listening, transport: string, { name = '', told = (_: number) => {} } = {}) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => undefined);
    const headers = Object.entries(transport === 'websocket' ? HANDSHAKE : {}).map(
      ([name, value]) => `${name}: ${value}`,
    );
    const query = name === '' ? '' : `&client=${name}`;
    this.#socket.write(
      [`GET /push/${transport}?channel=a${query} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n'),
    );
    this.#socket.on('data', (piece) => {
      this.text += piece.toString('latin1');
      const { retryMs } = this;
      if (retryMs === null) return;
      this.#socket.destroy();
      told(retryMs);
    });
    ends.push(() => this.#socket.destroy());
  }

  /** When it is to come back. */
  get retryMs(): number | null {
    const [, ms] = /"retryMs":(\d+)/.exec(this.text) ?? [];
    return ms === undefined ? null : Number(ms);
  }
}

/** Connects them all, by every transport whose connections can be told to leave. */
async function connectAll(
  { gateway, listening }: Node,
  told: (retryMs: number, transport: string, name: string) => void = () => {},
): Promise<LightClient[]> {
  let connected = 0;
  gateway.on('connect', () => {
    connected += 1;
  });
  const clients: LightClient[] = [];
  for (let number = 0; number < LOAD; number++) {
    const transport = TRANSPORTS[number % TRANSPORTS.length] ?? '';
    const name = `c${number}`;
    clients.push(new LightClient(listening, transport, { name, told: (retryMs) => told(retryMs, transport, name) }));
    // No more at once than a backlog takes.
    if (number % 100 === 99) await waitUntil('the connections', () => connected === number + 1, { timeoutMs: 30_000 });
  }
  return clients;
}

describe('a gateway that closes with 2,000 clients', () => {
  it('tells each its own time to come back, and in no tenth of the window come more than 1.5 times their share', async () => {
    const leaving = await node({ drainMs: WINDOW_MS });
    const clients = await connectAll(leaving);
    await leaving.gateway.close();
    await waitUntil('every bye', () => clients.every(({ retryMs }) => retryMs !== null), { timeoutMs: 30_000 });
    const times = clients.map(({ retryMs }) => retryMs ?? Number.NaN);
    expect(Math.min(...times)).toBeGreaterThan(0);
    expect(Math.max(...times)).toBeLessThanOrEqual(WINDOW_MS);
    expect(mostWithin(times, WINDOW_MS / 10)).toBeLessThanOrEqual(1.5 * (LOAD / 10));
    // Not only over all: whoever looks at one transport sees the same.
    for (const transport of new Set(TRANSPORTS)) {
      const own = times.filter((_, index) => TRANSPORTS[index % TRANSPORTS.length] === transport);
      expect([transport, mostWithin(own, WINDOW_MS / 10) <= 1.5 * (own.length / 10)]).toEqual([transport, true]);
    }
  });

  it('has them arrive elsewhere when each was told to: in no tenth of the window more than 1.5 times their share', async () => {
    const [leaving, staying] = [await node({ drainMs: WINDOW_MS }), await node({})];
    // That a busy machine has let the timers of this process wait is taken off.
    const late = new Map<string | null, number>();
    const arrivals: number[] = [];
    staying.gateway.on('connect', ({ client }) => arrivals.push(performance.now() - (late.get(client) ?? Number.NaN)));
    const comingBack: NodeJS.Timeout[] = [];
    ends.push(() => comingBack.forEach(clearTimeout));
    await connectAll(leaving, (retryMs, transport, name) => {
      const due = performance.now() + retryMs;
      const comeBack = () => {
        late.set(name, performance.now() - due);
        new LightClient(staying.listening, transport, { name });
      };
      comingBack.push(setTimeout(comeBack, retryMs));
    });
    await leaving.gateway.close();
    await waitUntil('all to arrive', () => arrivals.length === LOAD, { timeoutMs: WINDOW_MS + 30_000 });
    expect(arrivals.every((time) => time > 0)).toBe(true);
    expect(mostWithin(arrivals, WINDOW_MS / 10)).toBeLessThanOrEqual(1.5 * (LOAD / 10));
  });

  it('has an EventSource that nobody told of a bye come back in its own time', async () => {
    const { gateway, listening } = await node({ drainMs: WINDOW_MS });
    const light = new LightClient(listening, 'sse');
    await waitUntil('the hello', () => light.text.includes('event:hello'));
    await gateway.close();
    await waitUntil('the bye', () => light.text.includes('event:bye'));
    expect(light.text).toContain(`retry:${light.retryMs}\n`);
  });

  it('does not turn an EventSource away for good that comes back by itself to a closed door', async () => {
    const { gateway, push } = await node({ drainMs: WINDOW_MS });
    await gateway.close();
    const headers = { accept: 'text/event-stream', 'last-event-id': 'e.1' };
    const answer = await rawHttp(`${push}/sse?channel=a`, { headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringMatching('event-stream')]);
    const text = await answer.rest();
    expect(text).toMatch(/event:bye\n/);
    expect(text).toMatch(/retry:[1-9]\d*\n\n$/);
    expect((await rawHttp(`${push}/sse?channel=a`)).status).toBe(503);
  });
});

describe('clients of a gateway that closes', () => {
  it('schedule their return as they were told, spread over the window', async () => {
    const { gateway, push } = await node({ drainMs: WINDOW_MS });
    const clients = await Promise.all(
      Array.from({ length: 60 }, (_, number) => client(push, [number % 2 === 0 ? 'websocket' : 'sse'])),
    );
    await Promise.all(clients.map((each) => each.subscribe('news')));
    await gateway.close();
    const times: number[] = [];
    for (const each of clients) {
      await each.untilTraced('a bye', ({ event }) => event === 'bye');
      const trace = await each.trace();
      const bye = trace.find(({ event }) => event === 'bye');
      const waiting = trace.find(({ event }) => event === 'waiting');
      expect(waiting?.ms).toBe(bye?.ms);
      times.push(waiting?.ms ?? Number.NaN);
    }
    expect(mostWithin(times, WINDOW_MS / 10)).toBeLessThanOrEqual(1.5 * (clients.length / 10));
  });

  it('over long-polling know their time to the millisecond, and not only in whole seconds', async () => {
    const { gateway, push } = await node({ drainMs: WINDOW_MS });
    const raw = rawHttp(`${push}/long-polling?channel=news&client=raw`, { timeoutMs: 30_000 });
    const reader = await client(push, ['long-polling']);
    await reader.subscribe('news');
    // The first answer, with the hello, came at once; now it waits.
    await waitUntil('both to wait', async () =>
      /"long-polling"\} 2\n/.test(await (await fetch(`${push}/metrics`)).text()),
    );
    await gateway.close();
    const answer = await raw;
    const { retryMs } = JSON.parse(await answer.rest()) as { retryMs: number };
    // A next request is to take a new connection, perhaps to another node. Node itself would keep this one for 5 s.
    await waitUntil('the end of its connection', () => answer.socket.readableEnded, { timeoutMs: 3_000 });
    expect(Number(answer.headers.get('retry-after'))).toBe(Math.ceil(retryMs / 1_000));
    await reader.untilTraced('the wait', ({ event }) => event === 'waiting');
    const waiting = (await reader.trace()).find(({ event }) => event === 'waiting');
    const others = WINDOW_MS / 2;
    // The other half of the window, and a random pause behind it.
    const from = retryMs < others ? others : 0;
    expect(waiting?.ms).toBeGreaterThanOrEqual(from);
    expect(waiting?.ms).toBeLessThanOrEqual(from + others + 500);
  });

  it('of every transport come to another node behind a balancer, and nothing is lost, repeated or refused', async () => {
    const bus = await FileBus.open({ directory: newFolder(), retention: { count: 100_000 } });
    ends.push(() => bus.close());
    const [leaving, staying] = [
      await node({ bus, noticeMs: 1_000, drainMs: 500 }),
      await node({ bus, heartbeatMs: 5_000 }),
    ];
    const balancer = await Balancer.before(leaving.listening, staying.listening);
    ends.push(() => balancer.close());
    const readers = await Promise.all(host.transports.map((transport) => client(`${balancer.url}/push`, [transport])));
    await Promise.all(readers.map((reader) => reader.subscribe('news')));
    const arrived = new Set<string>();
    staying.gateway.on('connect', ({ transport }) => arrived.add(transport));

    const ids: string[] = [];
    let isOver = false;
    const publishing = (async () => {
      for (let number = 0; !isOver; number++) {
        ids.push((await staying.gateway.publish('news', number)).id);
        await sleep(2);
      }
    })();
    await leaving.gateway.close();
    // What polls has no connection to be seen.
    const streaming = host.transports.filter((transport) => transport !== 'polling');
    await waitUntil('all to arrive', () => streaming.every((transport) => arrived.has(transport)), {
      timeoutMs: 20_000,
    });
    isOver = true;
    await publishing;
    for (const reader of readers) {
      await reader.untilMessages(ids.length);
      expectOnceInOrderOrTold(reader.messages(), ids);
      expect([reader.gaps, reader.errors]).toEqual([[], []]);
      // Nobody came once more to the node that was leaving, on a connection that had been kept.
      expect((await reader.trace()).filter(({ event }) => event === 'failed')).toEqual([]);
    }
  });

  it('of every transport come back to the next gateway on the same port and log, and so does what they publish', async () => {
    const directory = newFolder();
    // More than is published, however long the clients stay away.
    const log = ['--bus', `file:${directory}`, '--retain', '100000'];
    const first = await serve(...log, '--drain', '1');
    const address = `${first.site}/push`;
    const readers = await Promise.all(host.transports.map((transport) => client(address, [transport])));
    await Promise.all(readers.map((reader) => reader.subscribe('news')));
    const acks: Promise<string>[] = [];
    let isOver = false;
    const publishing = (async () => {
      for (let number = 0; !isOver; number++) {
        const writer = readers[number % readers.length];
        if (writer !== undefined) acks.push(writer.publish('news', number));
        await sleep(10);
      }
    })();
    expect(await first.stop()).toBe(0);
    const second = await serve(...log, '--port', new URL(address).port);
    for (const reader of readers) {
      const before = reader.messages().length;
      await reader.until('a message of the second', () => reader.messages().length > before + 10);
    }
    isOver = true;
    await publishing;
    const ids = await Promise.all(acks);
    for (const reader of readers) {
      await reader.untilMessages(ids.length);
      expect(reader.messages().map(({ id }) => id)).toHaveLength(ids.length);
      expect(new Set(reader.messages().map(({ id }) => id))).toEqual(new Set(ids));
      // One order for all.
      expect(reader.messages()).toEqual(readers[0]?.messages());
      expect(reader.gaps).toEqual([]);
    }
    await Promise.all(readers.map((reader) => reader.close()));
    expect(await second.stop()).toBe(0);
  });
});

describe('a gateway that is closing', () => {
  it('serves everybody as before during its notice, and only health says what is to come', async () => {
    const { gateway, push } = await node({ bus: new MemoryBus({ epoch: 'e' }), noticeMs: 1_500, drainMs: 0 });
    await expectHealth(push, 200, 'ready');
    let isClosed = false;
    const closing = gateway.close().then(() => {
      isClosed = true;
    });
    await expectHealth(push, 503, 'draining');
    const poll = await rawHttp(`${push}/polling?channel=a`);
    // Else the next request would come here too, whatever a balancer has learned meanwhile.
    expect([poll.status, poll.headers.get('connection')]).toEqual([200, 'close']);
    const socket = await rawHttp(`${push}/websocket?channel=a`, { headers: HANDSHAKE });
    expect(socket.status).toBe(101);
    await gateway.publish('a', 1);
    expect(isClosed).toBe(false);
    await closing;
    await expectHealth(push, 503, 'draining');
    expect(await socket.rest()).toContain('"type":"bye"');
  });

  it('takes nobody any more, and says when to come back', async () => {
    const { gateway, push } = await node({ drainMs: 3_000 });
    await gateway.close();
    await expectHealth(push, 503, 'draining');
    for (const path of ['sse', 'iframe', 'long-polling', 'polling', 'websocket', 'channels/a', 'metrics']) {
      const headers = path === 'websocket' ? HANDSHAKE : {};
      const answer = await rawHttp(`${push}/${path}?channel=a`, { headers: { ...headers, Connection: 'close' } });
      expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '3']);
      expect(JSON.parse(await answer.rest())).toMatchObject({ status: 503, code: 'UNAVAILABLE', retryMs: 3_000 });
    }
    const upgrade = await rawHttp(`${push}/websocket?channel=a`, { headers: HANDSHAKE });
    expect([upgrade.status, upgrade.headers.get('retry-after')]).toEqual([503, '3']);
    const operations = await fetch(`${push}/uplink`, { method: 'POST', body: '[]' });
    expect(operations.status).toBe(503);
  });
});

async function expectHealth(push: string, code: number, status: string): Promise<void> {
  const answer = await fetch(`${push}/health`);
  expect([answer.status, await answer.json()]).toMatchObject([code, { status, bus: { engine: expect.any(String) } }]);
}
