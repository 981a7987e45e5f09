import { expect } from '@jest/globals';
import type { GapNotice, Message } from '../../client/index.js';
import { tally } from './tally.js';

/**
 * Checks the promise that Pushgate makes: each message of the channel after the starting position, once and in the
 * log's order, or a gap that names the hole. `published` is what came after the starting position, by id.
 */
export function expectOnceInOrderOrTold(
  taken: readonly Message[],
  published: readonly string[],
  gaps: readonly GapNotice[] = [],
): void {
  expect(tally(taken, published, gaps)).toEqual({ lost: [], repeated: [], disordered: [], invented: [] });
}
