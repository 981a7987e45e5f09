import { createConnection, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { GatewayOptions } from '../../server/gateway-options.js';
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

async function poll({ push }: Site, user: string, client: string, from = '192.0.2.1'): Promise<number> {
  const headers = { 'x-forwarded-for': from };
  return (await fetch(`${push}/polling?channel=a&token=${user}&client=${client}`, { headers })).status;
}

const HANDSHAKE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/** Asks, and hears nothing. */
function asking({ port }: Site, transport: string): Socket {
  const socket = createConnection(port, '127.0.0.1');
  const upgrade = transport === 'websocket' ? HANDSHAKE : '';
  socket.write(`GET /push/${transport}?channel=a&token=ann HTTP/1.1\r\nHost: h\r\n${upgrade}\r\n`);
  afterwards(() => socket.destroy());
  return socket;
}

describe('the seat of a user', () => {
  it.each(['websocket', 'sse', 'iframe', 'long-polling'])(
    '%s: is not taken for a connection that is gone before it was let in',
    async (transport) => {
      const waiting: (() => void)[] = [];
      let isOpen = false;
      const site = await counting({ limits: { connectionsPerUser: 2 } }, () =>
        isOpen ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
      );
      let gone = 0;
      site.server.on('connection', (socket: Socket) => socket.once('close', () => gone++));
      for (let count = 1; count <= 2; count++) {
        const socket = asking(site, transport);
        await waitUntil('the question who it is', () => waiting.length === count);
        socket.resetAndDestroy();
        await waitUntil('the end of the connection', () => gone === count);
      }
      isOpen = true;
      for (const letIn of waiting) letIn();
      expect(await poll(site, 'ann', 'x')).toBe(200);
      expect(await poll(site, 'ann', 'y')).toBe(200);
      expect(await poll(site, 'ann', 'z')).toBe(429);
    },
  );
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
