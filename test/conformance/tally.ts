import type { GapNotice, Message } from '../../client/index.js';
import { parseCursor } from '../../transports/cursor.js';

/** What went wrong with the messages of one channel, by their ids. Nothing did, when all of it is empty. */
export interface Tally {
  /** Published and not taken, and no gap says so. */
  readonly lost: readonly string[];
  readonly repeated: readonly string[];
  /** Taken after one that comes later in the log. */
  readonly disordered: readonly string[];
  /** Taken and never published. */
  readonly invented: readonly string[];
}

/**
 * Compares what was taken with what was published after the starting position: each message once and in the log's
 * order, or a gap that names the hole.
 */
export function tally(
  taken: readonly Pick<Message, 'id'>[],
  published: readonly string[],
  gaps: readonly GapNotice[] = [],
): Tally {
  const places = new Map(published.map((id, place) => [id, place]));
  const seen = new Set<string>();
  const found = { repeated: [] as string[], disordered: [] as string[], invented: [] as string[] };
  let last = -1;
  for (const { id } of taken) {
    const place = places.get(id);
    if (place === undefined) found.invented.push(id);
    else if (seen.has(id)) found.repeated.push(id);
    else if (place < last) found.disordered.push(id);
    else last = place;
    seen.add(id);
  }
  const lost = published.filter((id) => !seen.has(id) && !gaps.some((gap) => isWithin(id, gap)));
  return { lost, ...found };
}

/** Whether an id lies in a hole: after where it begins and not after where it ends. Another log's end ends it too. */
function isWithin(id: string, { from, to }: GapNotice): boolean {
  const [at, start, end] = [parseCursor(id), parseCursor(from), parseCursor(to)];
  if (at === null || start === null || end === null) return false;
  const afterStart = at.epoch !== start.epoch || at.offset > start.offset;
  const beforeEnd = at.epoch !== end.epoch || at.offset <= end.offset;
  return afterStart && beforeEnd && (at.epoch === start.epoch || at.epoch === end.epoch);
}
