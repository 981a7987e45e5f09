import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { waitUntil } from '../support/wait-until.js';
import { bareWebSocket, frame, unreadWebSocket } from './bare-frames.js';
import { GatewayProcess } from './gateway-process.js';
import { afterwards, deserted, inExpress, metric } from './site.js';

/** Sends all of it, as fast as it is taken, or until the connection is gone. */
async function send(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed || socket.write(bytes)) return;
  await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
}

describe('a body in chunks of one byte', () => {
  const ROUNDS = 20;
  const CHUNKS = 20_000;
  /** A Buffer for each of them would take nine times as much. */
  const MORE_BYTES = 16 * 1024 * 1024;

  it('costs the process little more than its bytes', async () => {
    const gateway = await GatewayProcess.start();
    const socket = createConnection(Number(new URL(gateway.push).port), '127.0.0.1');
    afterwards(() => socket.destroy());
    let answer = '';
    socket.on('data', (piece) => {
      answer += piece;
    });
    const { heldBytes: before } = await gateway.measure();
    const head = 'Host: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    socket.write(`POST /push/channels/a HTTP/1.1\r\n${head}`);
    const some = Buffer.from('1\r\n \r\n'.repeat(CHUNKS));
    let most = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await send(socket, some);
      // Each look at it collects garbage first, which takes its time.
      if (round % 5 === 4) most = Math.max(most, (await gateway.measure()).heldBytes - before);
    }
    socket.write('1\r\n1\r\n0\r\n\r\n');
    await waitUntil('the answer', () => answer !== '', { timeoutMs: 60_000 });
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(most).toBeLessThan(MORE_BYTES);
  }, 120_000);
});

describe('a frame that comes in small pieces', () => {
  it('of one byte is cut off after some thousand of them', async () => {
    const site = await inExpress();
    const { socket, closed } = await bareWebSocket(site.push);
    socket.setNoDelay(true);
    // Its header says four million.
    socket.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0]));
    const code = closed();
    let sent = 0;
    // The gateway is in the same event loop, and reads each of them by itself.
    for (; !socket.readableEnded && !socket.destroyed && sent < 200_000; sent++) {
      socket.write(' ');
      await turn();
    }
    expect(await code).toBe(1008);
    expect(sent).toBeLessThan(100_000);
    await deserted(site.push);
  }, 120_000);

  it('of a size that networks have is taken', async () => {
    const site = await inExpress();
    const { socket } = await bareWebSocket(site.push);
    socket.setNoDelay(true);
    const text = Buffer.from(`{"type":"publish","channel":"a","data":"${'x'.repeat(60_000)}"}`);
    const bytes = frame(1, text);
    for (let at = 0; at < bytes.length; at += 100) {
      socket.write(bytes.subarray(at, at + 100));
      await turn();
    }
    await waitUntil('the message', async () => (await site.gateway.history('a')).length === 1);
    socket.destroy();
  });

  it('with much between them is cut off, as each holds on to what came with it', async () => {
    const site = await inExpress({ limits: { bodyBytes: 100_000 } });
    const { socket, closed } = await bareWebSocket(site.push);
    const code = closed();
    // Answers to pings that nobody sent, before each frame of one byte.
    const between = Buffer.concat(Array.from({ length: 500 }, () => frame(10, Buffer.alloc(125))));
    socket.write(frame(1, Buffer.from(' '), false));
    // More than the message could be, and far less than its frames could hold on to.
    for (let count = 0; count < 20; count++) {
      await send(socket, Buffer.concat([between, frame(0, Buffer.from(' '), false)]));
      await turn();
    }
    expect(await code).toBe(1008);
    expect(await metric(site.push, 'pushgate_refusals_total', 'code="TOO_LARGE"')).toBe(1);
    await deserted(site.push);
  });

  it('and is over with its message: what comes between messages counts for none', async () => {
    const site = await inExpress({ limits: { bodyBytes: 100_000 } });
    const { socket } = await bareWebSocket(site.push);
    const between = Buffer.concat(Array.from({ length: 500 }, () => frame(10, Buffer.alloc(125))));
    const text = '{"type":"publish","channel":"a","data":1}';
    for (let count = 0; count < 20; count++) {
      await send(socket, Buffer.concat([between, frame(1, Buffer.from(text.slice(0, 9)), false)]));
      await send(socket, frame(0, Buffer.from(text.slice(9))));
    }
    await waitUntil('all of them', async () => (await site.gateway.history('a')).length === 20);
    socket.destroy();
  });
});

describe('a peer that asks whether somebody is there and never reads the answers', () => {
  it('is cut off, and nothing piles up for it', async () => {
    const site = await inExpress();
    const socket = await unreadWebSocket(site.push);
    afterwards(() => socket.destroy());
    const pings = Buffer.concat(Array.from({ length: 500 }, () => frame(9, Buffer.alloc(125))));
    const sending = (async () => {
      while (!socket.destroyed) await send(socket, pings);
    })();
    await deserted(site.push);
    socket.destroy();
    await sending;
  });
});
