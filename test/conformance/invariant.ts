import { expect } from '@jest/globals';
import type { GapNotice, Message } from '../../client/index.js';
import { parseCursor } from '../../transports/cursor.js';

/**
 * Checks the promise that Pushgate makes: each message of the channel after the starting position, once and in the
 * log's order, or a gap that names the hole. `published` is what came after the starting position, by id.
 */
export function expectOnceInOrderOrTold(
  taken: readonly Message[],
  published: readonly string[],
  gaps: readonly GapNotice[] = [],
): void {
  const ids = taken.map(({ id }) => id);
  const places = ids.map((id) => published.indexOf(id));
  expect(places).not.toContain(-1);
  // In order and no repetition: the places rise. Compared as a whole, so that a failure shows where it broke.
  expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
  const got = new Set(ids);
  const silentlyLost = published.filter((id) => !got.has(id) && !gaps.some((gap) => isWithin(id, gap)));
  expect(silentlyLost).toEqual([]);
}

/** Whether an id lies in a hole: after where it begins and not after where it ends. Another log's end ends it too. */
function isWithin(id: string, { from, to }: GapNotice): boolean {
  const [at, start, end] = [parseCursor(id), parseCursor(from), parseCursor(to)];
  if (at === null || start === null || end === null) return false;
  const afterStart = at.epoch !== start.epoch || at.offset > start.offset;
  const beforeEnd = at.epoch !== end.epoch || at.offset <= end.offset;
  return afterStart && beforeEnd && (at.epoch === start.epoch || at.epoch === end.epoch);
}
