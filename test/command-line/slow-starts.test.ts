import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Served, serve } from '../support/command.js';
import { newFolder } from '../support/folder.js';
import { describeWith, program } from '../support/requires.js';

/** The time that a head or a handshake has, and as long again for a slow machine. Node itself would wait for 60 s and 120 s. */
const CUT_MS = 30_000;

/** Sends the beginning of something, and resolves with what comes until the gateway cuts it. */
async function beginning({ site }: Served, bytes: Buffer): Promise<string> {
  const socket = createConnection(Number(new URL(site).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (piece) => {
    answer += piece.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(CUT_MS) });
  await closed.finally(() => socket.destroy());
  return answer;
}

describe('pushgate serve', () => {
  it('cuts who does not get done with the head of a request', async () => {
    const served = await serve();
    expect(await beginning(served, Buffer.from('GET /push/sse?channel=a HTTP/1.1\r\nHost:'))).toMatch(
      /^HTTP\/1\.1 408 /,
    );
    expect(await served.stop()).toBe(0);
  }, 60_000);
});

describeWith(program('openssl', 'install it with your system’s packages'), 'pushgate serve with TLS', () => {
  function withCertificate(): Promise<Served> {
    const folder = newFolder();
    const key = join(folder, 'key.pem');
    const cert = join(folder, 'cert.pem');
    const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes', '-newkey', 'rsa:2048'];
    execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return serve('--tls-cert', cert, '--tls-key', key);
  }

  it('serves https with the certificate that it was given', async () => {
    const served = await withCertificate();
    expect(served.site).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      request(`${served.site}/push/health`, { agent: false, rejectUnauthorized: false }, (response) =>
        resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
    expect(await served.stop()).toBe(0);
  });

  it('cuts who does not get done with the handshake', async () => {
    const served = await withCertificate();
    // The first bytes of a ClientHello of 512 (RFC 8446, section 4.1.2).
    await beginning(served, Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]));
    expect(await served.stop()).toBe(0);
  }, 60_000);
});
