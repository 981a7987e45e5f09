import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { DriverOptions } from '../conformance/driver.js';
import { expectOnceInOrderOrTold } from '../conformance/invariant.js';
import { nodeHost } from '../conformance/node-host.js';
import { TestClient } from '../conformance/test-client.js';
import { afterwards, attached, type Site } from '../http/site.js';
import { HANDSHAKE } from '../support/handshake.js';
import { rawHttp } from '../support/raw-http.js';
import { describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';
import {
  type Chain,
  hostless,
  impatient,
  needs,
  plainNginx,
  recommended,
  SHORT,
  setups,
  startChain,
} from './proxy-setups.js';

const host = await nodeHost();

/** What the documentation says to choose: a third of the idle time-out. */
const DOCUMENTED = { heartbeatMs: (SHORT * 1_000) / 3, maxWaitMs: (SHORT * 1_000) / 3 };
const PUBLISHING_MS = 2_000;

/**
 * A proxy that buffers hands on what has filled its buffer, be it a hello: a busy stream comes in lumps, and can pass for
 * one that is not held back until it falls silent with messages still inside. Here that shows soon.
 */
const LUMPS = { gateway: { heartbeatMs: 500 }, patience: { toleranceMs: 1_000 } };

/** What a browser sends with a page's request to where the page came from, and to open a WebSocket. */
const PAGE = { host: 'push.example.org', origin: 'https://push.example.org' };
/** A client on the other side. It looks for a better transport soon, so that a slow start does not decide anything. */
async function clientOf(address: string, options: DriverOptions = {}): Promise<TestClient> {
  return new TestClient(await host.open(`${address}/push`, { probeMs: 500, pollMs: 50, ...options }));
}

/** What a channel holds, by id, in the log's own order. */
async function idsOf({ gateway }: Site, channel: string): Promise<string[]> {
  return (await gateway.history(channel, { limit: 1_000 })).map(({ id }) => id);
}

/** Each message is published when the one before has arrived: whoever waits for more of them waits for ever. */
async function expectOneByOne(site: Site, client: TestClient): Promise<void> {
  for (let number = 1; number <= 3; number++) {
    await site.gateway.publish('news', number);
    await client.untilMessages(number);
  }
  expect(client.data()).toEqual([1, 2, 3]);
}

/**
 * At least one message comes at once. A machine may be slow now and then; a proxy that waits for more, as HAProxy does
 * for 200 ms, does so with each of them.
 */
async function expectPromptness(site: Site, client: TestClient): Promise<void> {
  let taken = client.messages().length;
  await client.until('a message without delay', async () => {
    const publishedAt = performance.now();
    await site.gateway.publish('news', 'at once');
    taken += 1;
    await client.untilMessages(taken);
    return performance.now() - publishedAt < 150;
  });
}

for (const { name, chain, carrier, streams } of setups) {
  describeWith(needs(chain), `behind ${name}`, () => {
    it(`${carrier} carries all that is published on both sides, once and in order`, async () => {
      const { gateway, patience } = streams ? { gateway: {}, patience: {} } : LUMPS;
      const site = await attached(gateway);
      const client = await clientOf(await startChain(chain, site.port), patience);
      await client.subscribe('news');
      const sent: Promise<string>[] = [];
      const until = performance.now() + PUBLISHING_MS;
      for (let number = 0; performance.now() < until; number++) {
        await site.gateway.publish('news', number);
        if (number % 10 === 0) sent.push(client.publish('news', `from the client: ${number}`));
        await sleep(20);
      }
      const acknowledged = await Promise.all(sent);
      const ids = await idsOf(site, 'news');
      expect(ids).toEqual(expect.arrayContaining(acknowledged));
      await client.untilMessages(ids.length);
      expectOnceInOrderOrTold(client.messages(), ids);
      await client.untilCarriedBy(carrier);
      expect([client.gaps, client.errors]).toEqual([[], []]);
    });

    const deliverable = host.transports.filter((transport) => {
      if (transport === 'websocket') return carrier === 'websocket';
      return streams || transport !== 'sse';
    });
    it.each(deliverable)('%s alone brings each message by itself', async (transport) => {
      const site = await attached();
      const client = await clientOf(await startChain(chain, site.port), { transports: [transport] });
      await client.subscribe('news');
      await expectOneByOne(site, client);
    });

    if (streams) {
      it('the document of an iframe brings each message by itself', async () => {
        const site = await attached();
        const frame = openFrame(`${await startChain(chain, site.port)}/push/iframe?channel=news`);
        await waitUntil('the hello', () => frame.text.includes('hello'), { timeoutMs: 30_000 });
        for (const word of ['one', 'two', 'three']) {
          await site.gateway.publish('news', word);
          await waitUntil(word, () => frame.text.includes(`"data":"${word}"`), { timeoutMs: 30_000 });
        }
      });
    }
  });
}

// All at once: what takes its time here is waiting.
describeWith(needs(recommended.flatMap(({ chain }) => chain)), `behind idle time-outs of ${SHORT} s`, () => {
  const throughAll = async (port: number, act: (address: string, transport: string) => Promise<void>) => {
    const addresses = await Promise.all(recommended.map(({ chain }) => startChain(impatient(chain), port)));
    await Promise.all(
      addresses.flatMap((address) => ['websocket', 'sse', 'long-polling'].map((transport) => act(address, transport))),
    );
  };

  it('no connection is cut, with the heartbeat and the wait of the documentation', async () => {
    const site = await attached(DOCUMENTED);
    await throughAll(site.port, async (address, transport) => {
      const openedAt = performance.now();
      const client = await clientOf(address, { transports: [transport] });
      await client.subscribe('news');
      await client.until('a connection to outlive the time-out by far', async () => {
        const last = (await client.trace()).filter(({ event }) => event === 'proved' || event === 'lost').at(-1);
        return last?.event === 'proved' && performance.now() - openedAt - last.at > 2 * SHORT * 1_000;
      });
    });
  });

  it('nothing is lost with the default heartbeat either, though every quiet connection is cut', async () => {
    const site = await attached();
    await throughAll(site.port, async (address, transport) => {
      const channel = `${new URL(address).port}.${transport}`;
      const client = await clientOf(address, { transports: [transport] });
      await client.subscribe(channel);
      await client.untilTraced('a cut', ({ event }) => event === 'lost');
      await site.gateway.publish(channel, 'while nobody listens');
      await client.untilMessages(1);
      await site.gateway.publish(channel, 'and afterwards');
      await client.untilMessages(2);
      expectOnceInOrderOrTold(client.messages(), await idsOf(site, channel));
      expect(client.gaps).toEqual([]);
    });
  });
});

for (const { name, chain } of recommended) {
  describeWith(needs(chain), `behind ${name}`, () => {
    it('no transport is held back', async () => {
      const site = await attached();
      const address = await startChain(chain, site.port);
      for (const transport of host.transports) {
        const client = await clientOf(address, { transports: [transport] });
        await client.subscribe('news');
        await expectPromptness(site, client);
      }
    });

    it('a message of the greatest size gets through, up and down', async () => {
      const site = await attached();
      const client = await clientOf(await startChain(chain, site.port), { transports: ['sse'] });
      await client.subscribe('news');
      const greatest = 'x'.repeat(2 * 1024 * 1024 - 2);
      await client.publish('news', greatest);
      expect((await client.untilMessages(1))[0] === greatest).toBe(true);
    });

    it('a page of the gateway’s own origin is let in, by WebSocket too', async () => {
      const site = await attached();
      const address = await startChain(chain, site.port);
      const answer = await rawHttp(`${address}/push/polling?channel=news`, { headers: PAGE });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE.origin);
      const upgrade = await rawHttp(`${address}/push/websocket?channel=news`, { headers: { ...PAGE, ...HANDSHAKE } });
      expect(upgrade.status).toBe(101);
      upgrade.socket.destroy();
    });
  });
}

describeWith(needs(plainNginx.chain), `what ${plainNginx.name} costs besides WebSocket`, () => {
  it('bodies above 1 MiB, and the publisher is told', async () => {
    const site = await attached();
    const client = await clientOf(await startChain(plainNginx.chain, site.port), { transports: ['sse'] });
    await client.subscribe('news');
    await expect(client.publish('news', 'x'.repeat(1024 * 1024))).rejects.toThrow('TOO_LARGE');
    await client.publish('news', 'small');
    expect(await client.untilMessages(1)).toEqual(['small']);
  });
});

describeWith(needs(hostless), 'behind nginx that does not pass the host on', () => {
  it('the gateway’s own pages are refused unless the browser says whose they are, as it does not by WebSocket', async () => {
    const site = await attached();
    const address = await startChain(hostless, site.port);
    const polling = `${address}/push/polling?channel=news`;
    expect((await rawHttp(polling, { headers: PAGE })).status).toBe(403);
    expect((await rawHttp(polling, { headers: { ...PAGE, 'sec-fetch-site': 'same-origin' } })).status).toBe(200);
    const upgrade = await rawHttp(`${address}/push/websocket?channel=news`, { headers: { ...PAGE, ...HANDSHAKE } });
    expect([upgrade.status, JSON.parse(await upgrade.rest()).code]).toEqual([403, 'ORIGIN_FORBIDDEN']);
  });
});

/** Loopback has more addresses than one only on Linux. */
function addressesOf(chain: Chain) {
  const remedy = 'only Linux has 127.0.0.2 without being told';
  return { missing: () => (process.platform === 'linux' ? needs(chain).missing() : remedy) };
}

for (const { name, chain } of recommended.slice(0, 2)) {
  describeWith(addressesOf(chain), `limits by address behind ${name}`, () => {
    const limits = { connectionsPerAddress: 1 };

    it('count clients, when the proxy is trusted, and believe nothing that they say themselves', async () => {
      const site = await attached({ limits, trustedProxies: ['127.0.0.1'] });
      const address = await startChain(chain, site.port);
      expect(await statusFrom('127.0.0.2', address)).toBe(200);
      expect(await statusFrom('127.0.0.3', address)).toBe(200);
      expect(await statusFrom('127.0.0.2', address, { 'x-forwarded-for': '192.0.2.1' })).toBe(429);
    });

    it('count all clients as one, when it is not', async () => {
      const site = await attached({ limits });
      const address = await startChain(chain, site.port);
      expect(await statusFrom('127.0.0.2', address)).toBe(200);
      expect(await statusFrom('127.0.0.3', address)).toBe(429);
    });
  });
}

/** Opens a stream from one of loopback's addresses, keeps it until the test is over, and hands back its status. */
async function statusFrom(localAddress: string, address: string, headers: Record<string, string> = {}) {
  const request = httpRequest(`${address}/push/sse?channel=news`, { localAddress, headers });
  afterwards(() => request.destroy());
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject).end();
  });
  request.on('error', () => undefined);
  answer.on('error', () => undefined).resume();
  return answer.statusCode;
}

/** Reads a document that never ends as a browser would: compressed, where somebody on the way compresses. */
function openFrame(address: string): { readonly text: string } {
  const abort = new AbortController();
  afterwards(() => abort.abort());
  const frame = { text: '' };
  const read = async () => {
    const { body } = await fetch(address, { signal: abort.signal });
    for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) frame.text += piece;
  };
  // What is missing in the text says enough.
  read().catch(() => undefined);
  return frame;
}
