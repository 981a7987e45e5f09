import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { heldBytes } from '../support/held-bytes.js';
import type { RawResponse } from '../support/raw-http.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import type { Site } from './site.js';
import { attached, deserted, inExpress, metric } from './site.js';
import { asleep, expectEach, follow, givenOf, STREAMS } from './sleepers.js';

const COUNT = 3_000;
const SIZE = 64 * 1024;
/** What a log of this retention may keep, with what sockets and the garbage collector may hold besides. */
const KEPT_BYTES = 4 * 1024 * 1024;
const LEVEL_BYTES = 48 * 1024 * 1024;

describe('a reader that stops reading while 3,000 messages of 64 KiB are published', () => {
  it.each(STREAMS)(
    'costs no memory on %s, holds up nobody, and gets what is left and is told of the rest when it goes on',
    async (transport) => {
      const site = await inExpress({
        bus: new MemoryBus({ epoch: 'e', retention: { bytes: KEPT_BYTES } }),
        // Nobody is to be cut off, nor sent to another document.
        heartbeatMs: 600_000,
        stalledMs: 600_000,
        renewBytes: 1e12,
      });
      const other = await follow(site.push);
      const all = await Promise.all(Array.from({ length: 5 }, () => asleep(transport, site.push)));
      const before = await heldBytes();
      let most = 0;
      const text = 'x'.repeat(SIZE);
      for (let number = 1; number <= COUNT; number++) {
        await site.gateway.publish('a', text + number);
        if (number % 20 > 0) continue;
        // Publishing waits for the one that reads, so that whatever piles up does so for the sleepers.
        await waitUntil(`message ${number} at the other one`, () => other.last === number, { everyMs: 1 });
        if (number % 500 === 0) most = Math.max(most, await heldBytes());
      }
      expect(most - before).toBeLessThan(LEVEL_BYTES);
      expect(other.missed).toBe(0);

      for (const sleeper of all) {
        const given = givenOf(await sleeper.resume(`x${COUNT}"`), 'a');
        expectEach(given, 0, COUNT);
        const { numbers, gaps } = given;
        expect(gaps.length).toBeGreaterThan(0);
        expect(numbers.length).toBeGreaterThanOrEqual(Math.floor(KEPT_BYTES / SIZE) - 2);
        sleeper.close();
      }
    },
    180_000,
  );
});

/** Publishes more than all the buffers on the way to a reader can take. */
async function overfill(site: Site): Promise<void> {
  const text = 'x'.repeat(SIZE);
  for (let number = 1; number <= 300; number++) {
    await site.gateway.publish('a', text + number);
    await new Promise(setImmediate);
  }
}

describe('a reader that leaves a complete answer where it is', () => {
  // More than the system takes into its own buffers on the way, by far.
  const LARGE = 'x'.repeat(32 * 1024 * 1024);
  const ROOM = { messageBytes: 64 * 1024 * 1024, bodyBytes: 64 * 1024 * 1024 };
  const asked: Record<string, (site: Site) => Promise<RawResponse>> = {
    uplink: ({ push }) =>
      rawHttp(`${push}/uplink`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '[{"type":"call","method":"large"}]',
        timeoutMs: 30_000,
      }),
    polling: ({ push }) => rawHttp(`${push}/polling?channel=a&since=earliest`, { timeoutMs: 30_000 }),
    'long-polling': ({ push }) => rawHttp(`${push}/long-polling?channel=a&since=earliest`, { timeoutMs: 30_000 }),
    'channels/a': ({ push }) => rawHttp(`${push}/channels/a`, { timeoutMs: 30_000 }),
  };

  async function large(stalledMs: number): Promise<Site> {
    const site = await inExpress({
      bus: new MemoryBus({ epoch: 'e', retention: { bytes: ROOM.bodyBytes } }),
      limits: ROOM,
      stalledMs,
    });
    site.gateway.handle('large', () => LARGE);
    await site.gateway.publish('a', LARGE);
    return site;
  }

  it.each(Object.keys(asked))('is cut off: %s', async (path) => {
    const site = await large(200);
    const answer = await asked[path]?.(site);
    expect(answer?.status).toBe(200);
    await waitUntil('the socket to be gone', async () => (await connectionsOf(site)) === 0);
    expect(await metric(site.push, 'pushgate_answers_stalled_total')).toBe(1);
    answer?.socket.destroy();
  });

  it.each(['/push/channels/a', '/theirs'])(
    'is cut off when the gateway has closed, too, though no server knows the socket of an upgrade that nobody took: %s',
    async (path) => {
      const site = await attached(
        {
          bus: new MemoryBus({ epoch: 'e', retention: { bytes: ROOM.bodyBytes } }),
          limits: ROOM,
          stalledMs: 1_000,
        },
        createServer((_request, response) => void response.end(LARGE)),
      );
      await site.gateway.publish('a', LARGE);
      const headers = { Connection: 'Upgrade', Upgrade: 'h2c' };
      const answer = await rawHttp(site.url + path, { headers, timeoutMs: 30_000 });
      expect(answer.status).toBe(200);
      await site.gateway.close();
      const closed = once(site.server, 'close');
      site.server.close().closeAllConnections();
      await closed;
      answer.socket.destroy();
    },
  );

  it('gets all of it, if it takes some now and then', async () => {
    const site = await large(600_000);
    const answer = await asked['uplink']?.(site);
    expect((await answer?.rest())?.length).toBe(LARGE.length + '[{"type":"reply","result":""}]'.length);
    answer?.socket.destroy();
  });
});

function connectionsOf({ server }: Site): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

describe('a reader that takes nothing for too long', () => {
  it.each(STREAMS)('is cut off on %s, and its socket with it', async (transport) => {
    const site = await inExpress({ heartbeatMs: 600_000, stalledMs: 200 });
    await asleep(transport, site.push);
    await overfill(site);
    await deserted(site.push);
    // The one that asked for the count may be kept alive.
    await waitUntil('the socket to be gone', async () => (await connectionsOf(site)) <= 1);
  });

  it.each(STREAMS)('does not keep the gateway from closing on %s', async (transport) => {
    const site = await inExpress();
    await asleep(transport, site.push);
    await overfill(site);
    await site.gateway.close();
    await waitUntil('the socket to be gone', async () => (await connectionsOf(site)) === 0);
  });
});
