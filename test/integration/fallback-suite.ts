import { describe, expect, it } from '@jest/globals';
import { blackHole, delay, type Fault, refuse, reset, swallowBody, Valve } from '../../demo/network/fault.js';
import type { Host } from '../conformance/host.js';
import { expectOnceInOrderOrTold } from '../conformance/invariant.js';
import type { TestClient } from '../conformance/test-client.js';
import { useWorlds } from '../conformance/world.js';

/** A better transport is to be replaced within this, in milliseconds after `connect`. */
const SOON_MS = 2_000;

const SOCKETS = new Set(['websocket']);
const STREAMS = new Set(['websocket', 'sse']);

const WAYS_TO_BLOCK: readonly (readonly [string, Fault])[] = [
  ['refused by a firewall', refuse(403)],
  ['unknown to a proxy', refuse(404)],
  ['reset', reset],
  ['black-holed', blackHole],
  ['accepted, and its frames vanish', swallowBody],
];

/** What a client does when the network lets only some transports through. */
export function fallback(host: Host): void {
  describe(`${host.name}, fallback`, () => {
    const world = useWorlds(host);

    it.each(WAYS_TO_BLOCK)('when the WebSocket is %s, another transport carries within 2 s', async (_, fault) => {
      const { client, proxy, publish } = await world();
      proxy.block(SOCKETS, fault);
      const reader = await client({ proofMs: 1_000 });
      await reader.subscribe('news');
      await publish('news', 'here');
      await reader.untilMessages(1);
      const proved = (await reader.trace()).find(({ event }) => event === 'proved');
      expect(proved?.transport).toBe('sse');
      expect(proved?.at).toBeLessThan(SOON_MS);
      await expectFailure(reader, 'websocket');
    });

    it.each(WAYS_TO_BLOCK)(
      'when the WebSocket is no longer %s, it carries again, and nothing was lost or repeated',
      async (_, fault) => {
        const { client, proxy, publish } = await world();
        proxy.block(SOCKETS, fault);
        const reader = await client({ proofMs: 500 });
        await reader.subscribe('news');
        const ids: string[] = [];
        const publishing = setInterval(() => void publish('news', ids.length).then((fresh) => ids.push(...fresh)), 10);
        try {
          await expectFailure(reader, 'websocket');
          proxy.unblock();
          await reader.untilCarriedBy('websocket');
        } finally {
          clearInterval(publishing);
        }
        ids.push(...(await publish('news', 'last')));
        await reader.until('the last message', () => reader.data().includes('last'));
        expectOnceInOrderOrTold(reader.messages(), ids);
        expect(reader.carriers).toEqual(['sse', 'websocket']);
        expect(reader.gaps).toEqual([]);
      },
    );

    it('when a stream comes to nothing behind its head, as behind a buffering proxy, long-polling carries', async () => {
      const { client, proxy, publish } = await world();
      proxy.block(STREAMS, swallowBody);
      const reader = await client({ proofMs: 1_000 });
      await reader.subscribe('news');
      await publish('news', 'here');
      await reader.untilMessages(1);
      expect(reader.carriers).toEqual(['long-polling']);
      await expectFailure(reader, 'websocket');
      await expectFailure(reader, 'sse');
    });

    it('when every answer is slow, the best transport carries in the end, and nothing is lost or repeated', async () => {
      const { client, proxy, publish } = await world();
      proxy.rule = () => delay(400);
      const reader = await client();
      await reader.subscribe('news');
      await publish('news', 1, 2, 3);
      await reader.untilCarriedBy('websocket');
      await publish('news', 4);
      expect(await reader.untilMessages(4)).toEqual([1, 2, 3, 4]);
      expect(reader.gaps).toEqual([]);
    });

    it('when the frames of an open WebSocket vanish, it is given up, and nothing is lost', async () => {
      const { client, proxy, publish } = await world({ gateway: { heartbeatMs: 300 } });
      const valve = new Valve();
      proxy.rule = ({ name }) => (SOCKETS.has(name) ? valve.fault : (exchange) => exchange.pass());
      const reader = await client({ toleranceMs: 500 });
      await reader.subscribe('news');
      await publish('news', 1);
      await reader.untilMessages(1);
      valve.shut();
      await publish('news', 2);
      await reader.untilMessages(2);
      await publish('news', 3);
      expect(await reader.untilMessages(3)).toEqual([1, 2, 3]);
      expect(reader.carriers).toEqual(['websocket', 'sse']);
      const lost = (await reader.trace()).find(({ event }) => event === 'lost');
      expect(lost).toMatchObject({ transport: 'websocket', detail: expect.stringContaining('silent') });
    });

    it('when nothing gets through, it says what each transport met, and comes back by itself', async () => {
      const { client, proxy, publish } = await world();
      proxy.rule = () => reset;
      const reader = await client();
      await reader.driver.subscribe('news', 'news', 'earliest');
      await reader.until('the report', () => reader.errors.includes('UNREACHABLE'));
      for (const transport of host.transports) await expectFailure(reader, transport);
      await publish('news', 'meanwhile');
      proxy.unblock();
      expect(await reader.untilMessages(1)).toEqual(['meanwhile']);
    });

    it('when the gateway restarts without its log, it comes back and tells the gap', async () => {
      const everything = await world();
      const reader = await everything.client();
      await reader.subscribe('news');
      await everything.publish('news', 'old');
      await reader.untilMessages(1);
      await everything.restart();
      await everything.publish('news', 'new');
      expect(await reader.untilMessages(2)).toEqual(['old', 'new']);
      expect(reader.gaps).toHaveLength(1);
    });

    it('when the gateway closes in good order, it comes back to the next one', async () => {
      const everything = await world();
      const reader = await everything.client();
      await reader.subscribe('news');
      await everything.gateway.close();
      await everything.restart();
      await everything.publish('news', 'new');
      await reader.untilMessages(1);
      const bye = (await reader.trace()).find(({ event }) => event === 'bye');
      expect(bye?.detail).toContain('closing');
    });

    it('when the cut comes again and again, it works the hundredth time as the first', async () => {
      const { client, proxy, publish } = await world();
      const reader = await client();
      await reader.subscribe('news');
      const ids: string[] = [];
      for (let round = 0; round < 100; round++) {
        proxy.cut();
        ids.push(...(await publish('news', round)));
        await reader.untilMessages(round + 1);
      }
      expectOnceInOrderOrTold(reader.messages(), ids);
      expect(reader.gaps).toEqual([]);
    });
  });
}

/** Waits until the trace says that a transport failed, and why. */
async function expectFailure(client: TestClient, transport: string): Promise<void> {
  await client.untilTraced(
    `the failure of ${transport}`,
    (entry) => entry.transport === transport && entry.event === 'failed' && entry.detail !== '',
  );
}
