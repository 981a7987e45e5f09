import { describe, expect, it } from '@jest/globals';
import type { Measure } from '../support/measured-gateway.js';
import { waitUntil } from '../support/wait-until.js';
import { GatewayProcess } from './gateway-process.js';
import { asleep, expectEach, follow, givenOf, STREAMS } from './sleepers.js';

const COUNT = 3_000;
const SIZE = 64 * 1024;
/** What publishing may cost more because somebody does not read. */
const MORE_BYTES = 16 * 1024 * 1024;
/** The kernel and the allocator give back when they like; a queue would take all that is published, 188 MiB. */
const MORE_RESIDENT_BYTES = 96 * 1024 * 1024;

/** Publishes, as fast as the one that reads can take it; returns the most that the process held meanwhile. */
async function publishing(gateway: GatewayProcess, other: { readonly last: number }): Promise<Measure> {
  let heldBytes = 0;
  let residentBytes = 0;
  for (let published = 1; published <= COUNT; published += 20) {
    const number = await gateway.publish(20, SIZE);
    await waitUntil(`message ${number} at the other one`, () => other.last === number, {
      timeoutMs: 30_000,
      everyMs: 1,
    });
    if (number % 500 > 0) continue;
    const now = await gateway.measure();
    heldBytes = Math.max(heldBytes, now.heldBytes);
    residentBytes = Math.max(residentBytes, now.residentBytes);
  }
  return { heldBytes, residentBytes };
}

describe('the process of a gateway whose reader stops reading while 3,000 messages of 64 KiB are published', () => {
  it.each(STREAMS)(
    'holds no more than without that reader on %s, and the others get everything',
    async (transport) => {
      const gateway = await GatewayProcess.start();
      const other = await follow(gateway.push);
      const without = await publishing(gateway, other);
      const sleeper = await asleep(transport, gateway.push);
      const withOne = await publishing(gateway, other);
      expect(other.missed).toBe(0);
      expect(withOne.heldBytes - without.heldBytes).toBeLessThan(MORE_BYTES);
      expect(withOne.residentBytes - without.residentBytes).toBeLessThan(MORE_RESIDENT_BYTES);

      const given = givenOf(await sleeper.resume(`x${2 * COUNT}"`), 'a');
      expectEach(given, COUNT, 2 * COUNT);
      expect(given.gaps.length).toBeGreaterThan(0);
      // Nor does it hold more for the reader that has come back.
      expect((await gateway.measure()).heldBytes - without.heldBytes).toBeLessThan(MORE_BYTES);
    },
    120_000,
  );
});
