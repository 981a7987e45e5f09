import type { Limits } from '../server/index.js';
import { MOST } from './site/words/benchmark.js';
import { STEPS } from './site/words/race.js';

/**
 * Limits for a gateway that strangers talk to. What they say themselves is short, a chat line or a stroke of a pen; the site
 * lets its own server publish as much as the race and the benchmark offer. Pass them to `createGateway`.
 */
export const DEMO_LIMITS = {
  messageBytes: Math.max(4 * 1024, MOST.bytes, ...STEPS.bytes),
  // What a client sends at once that has not been told yet what the gateway takes.
  bodyBytes: 128 * 1024,
  operations: 100,
  publishesPerSecond: 500,
} satisfies Partial<Limits>;
