import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { createGateway } from '../../server/gateway.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards } from './site.js';

/** TLS with a key that both sides know (RFC 4279), which needs no certificate. */
const PSK = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
const KEY = Buffer.alloc(16, 1);
/** More than the system takes into its own buffers on the way, by far. */
const BYTES = 24 * 1024 * 1024;
/** What the reader takes at once, and then waits. The system tells the sender of it in steps of up to 2 MiB. */
const STEP = { bytes: 512 * 1024, ms: 150 };
/** Less than all of it takes, and far more than a step does on a machine that has much else to do. */
const STALLED_MS = 3_000;

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

describe('a slow reader over TLS', () => {
  it.each([
    ['sse', []],
    ['websocket', UPGRADE],
  ])(
    'gets all of one large message on %s, for as long as it takes some',
    async (name, headers) => {
      const server = createServer({ ...PSK, pskCallback: () => KEY });
      const gateway = createGateway({
        stalledMs: STALLED_MS,
        heartbeatMs: STALLED_MS,
        limits: { messageBytes: 2 * BYTES, bodyBytes: 2 * BYTES },
        retention: { bytes: 2 * BYTES },
      });
      gateway.attach(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      afterwards(() => server.close());
      afterwards(() => gateway.close());

      const { port } = server.address() as AddressInfo;
      const socket = connect({
        ...PSK,
        port,
        host: '127.0.0.1',
        pskCallback: () => ({ psk: KEY, identity: 'reader' }),
        checkServerIdentity: () => undefined,
      });
      socket.on('error', () => undefined);
      afterwards(() => socket.destroy());
      let bytes = 0;
      let atOnce = 0;
      socket.on('data', (piece: Buffer) => {
        bytes += piece.length;
        atOnce += piece.length;
        if (atOnce < STEP.bytes) return;
        atOnce = 0;
        socket.pause();
        setTimeout(() => socket.resume(), STEP.ms);
      });
      socket.write([`GET /push/${name}?channel=a HTTP/1.1`, 'Host: h', ...headers, '', ''].join('\r\n'));
      await waitUntil('the hello', () => bytes > 0);
      const begun = performance.now();
      await gateway.publish('a', 'x'.repeat(BYTES));
      await waitUntil('all of it, or the end', () => bytes > BYTES || socket.destroyed, { timeoutMs: 90_000 });
      expect(bytes).toBeGreaterThan(BYTES);
      expect(performance.now() - begun).toBeGreaterThan(STALLED_MS);
    },
    100_000,
  );
});
