import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { GatewayOptions } from '../../server/gateway-options.js';
import { HANDSHAKE } from '../support/handshake.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards, attached, type Site } from './site.js';

/** A gateway that believes what the token says who somebody is, and waits for `letIn` first. */
function counting(options: GatewayOptions, letIn: () => Promise<void> = () => Promise.resolve()): Promise<Site> {
  return attached({
    ...options,
    async authorize({ query }) {
      await letIn();
      return { user: query.get('token') ?? '', subscribe: ['*'] };
    },
  });
}

/** A door in front of `authorize`; while it is shut, whoever asks waits there. */
class Door {
  isOpen = true;
  readonly waiting: (() => void)[] = [];

  readonly enter = (): Promise<void> =>
    this.isOpen ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));

  /** Lets in whoever comes and whoever waits. */
  letIn(): void {
    this.isOpen = true;
    for (const letIn of this.waiting) letIn();
  }
}

/** A gateway with two seats for each user, behind a door; `reset` ends a connection as soon as it waits there. */
async function guarded() {
  const door = new Door();
  const site = await counting({ limits: { connectionsPerUser: 2 } }, door.enter);
  let left = 0;
  let gone = 0;
  site.server.on('connection', (socket: Socket) => socket.once('close', () => gone++));
  const reset = async (socket: Socket) => {
    left += 1;
    await waitUntil('the question who it is', () => door.waiting.length === left);
    socket.resetAndDestroy();
    await waitUntil('the end of the connection', () => gone === left);
  };
  return { site, door, reset };
}

/** Expects that nobody sits at either of the two seats of Ann. */
async function expectBothSeatsFree(site: Site): Promise<void> {
  expect(await poll(site, 'ann', 'x')).toBe(200);
  expect(await poll(site, 'ann', 'y')).toBe(200);
  expect(await poll(site, 'ann', 'z')).toBe(429);
}

async function poll({ push }: Site, user: string, client: string, from = '192.0.2.1'): Promise<number> {
  const headers = { 'x-forwarded-for': from };
  return (await fetch(`${push}/polling?channel=a&token=${user}&client=${client}`, { headers })).status;
}

/** Asks, and hears nothing. */
function asking({ port }: Site, transport: string): Socket {
  const socket = createConnection(port, '127.0.0.1');
  const headers = Object.entries({ host: 'h', ...(transport === 'websocket' ? HANDSHAKE : {}) });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`GET /push/${transport}?channel=a&token=ann HTTP/1.1\r\n${head}\r\n`);
  afterwards(() => socket.destroy());
  return socket;
}

describe('the seat of a user', () => {
  it.each(['websocket', 'sse', 'iframe', 'long-polling'])(
    '%s: is not taken for a connection that is gone before it was let in',
    async (transport) => {
      const { site, door, reset } = await guarded();
      door.isOpen = false;
      for (let count = 1; count <= 2; count++) await reset(asking(site, transport));
      door.letIn();
      await expectBothSeatsFree(site);
    },
  );
});

describe('the seat of a user for a further poll', () => {
  it('is not taken when the connection is gone before it was let in', async () => {
    const { site, door, reset } = await guarded();
    for (let count = 1; count <= 2; count++) {
      door.isOpen = true;
      const socket = createConnection(site.port, '127.0.0.1');
      afterwards(() => socket.destroy());
      const ask = (user: string) =>
        socket.write(`GET /push/long-polling?channel=a&wait=0&token=${user} HTTP/1.1\r\nHost: h\r\n\r\n`);
      ask('ben');
      await once(socket, 'data');
      door.isOpen = false;
      ask('ann');
      await reset(socket);
    }
    door.letIn();
    await expectBothSeatsFree(site);
  });
});

describe('who is refused because of his user', () => {
  it('takes no seat of his address', async () => {
    const site = await counting({ limits: { connectionsPerUser: 1, connectionsPerAddress: 3 } });
    expect(await poll(site, 'ann', 'a')).toBe(200);
    for (let number = 0; number < 5; number++) expect(await poll(site, 'ann', `a${number}`)).toBe(429);
    expect(await poll(site, 'ben', 'b')).toBe(200);
    expect(await poll(site, 'cat', 'c')).toBe(200);
    expect(await poll(site, 'dan', 'd')).toBe(429);
  });

  it('makes nobody leave who has the same address', async () => {
    const limits = { connectionsPerUser: 1, connectionsPerAddress: 1 };
    const site = await counting({ limits, whenFull: 'close-oldest', trustedProxies: ['loopback'] });
    expect(await poll(site, 'ann', 'old', '192.0.2.1')).toBe(200);
    expect(await poll(site, 'ann', 'new', '192.0.2.2')).toBe(200);
    expect(await poll(site, 'ben', 'b', '192.0.2.3')).toBe(200);
    expect(await poll(site, 'ann', 'old', '192.0.2.3')).toBe(409);
    expect(await poll(site, 'ben', 'b', '192.0.2.3')).toBe(200);
  });
});
