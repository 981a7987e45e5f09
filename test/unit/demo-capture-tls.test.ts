import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { expect, it } from '@jest/globals';
import express from 'express';
import { startDemo } from '../../demo/index.js';
import type { CaptureReport } from '../../demo/site/words/capture.js';
import { createGateway } from '../../server/index.js';
import { afterwards } from '../http/site.js';
import { waitUntil } from '../support/wait-until.js';

/** TLS with a key that both sides know (RFC 4279), which needs no certificate. */
const PSK = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
const KEY = Buffer.alloc(16, 1);

it('over TLS, what is captured is what is inside of it', async () => {
  const gateway = createGateway();
  const app = express();
  const server = createServer({ ...PSK, pskCallback: () => KEY }, app);
  const demo = startDemo({ app, server, gateway });
  app.use('/push', gateway.handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(() => server.close());
  afterwards(() => gateway.close());
  afterwards(() => demo.close());

  const { port } = server.address() as AddressInfo;
  const pskCallback = () => ({ psk: KEY, identity: 'visitor' });
  const socket = connect({ ...PSK, port, host: '127.0.0.1', pskCallback, checkServerIdentity: () => undefined });
  afterwards(() => socket.destroy());
  let received = '';
  socket.on('data', (piece: Buffer) => {
    received += piece.toString('latin1');
  });
  /** Asks over the same socket; resolves with the body of the answer, which begins with a brace. */
  const ask = async (path: string): Promise<string> => {
    received = '';
    socket.write(`GET ${path} HTTP/1.1\r\nHost: demo\r\n\r\n`);
    return waitUntil(`the answer to ${path}`, () => /\r\n\r\n(\{.*\})$/s.exec(received)?.[1], { timeoutMs: 10_000 });
  };
  await ask('/demo/capture?client=mine');
  await ask('/push/polling?channel=chat&lane=mine');
  const polled = received;
  const { pieces }: CaptureReport = JSON.parse(await ask('/demo/capture?client=mine'));
  const textOf = (direction: string) =>
    pieces
      .filter(({ what }) => what === direction)
      .map(({ bytes }) => Buffer.from(bytes, 'base64').toString('latin1'))
      .join('');
  expect(textOf('up')).toBe('GET /push/polling?channel=chat&lane=mine HTTP/1.1\r\nHost: demo\r\n\r\n');
  expect(textOf('down')).toBe(polled);
});
