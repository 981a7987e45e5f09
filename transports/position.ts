import type { Cursor } from './cursor.js';
import { parseCursor } from './cursor.js';

/** Where a channel starts: after a cursor, as far back as the log goes, or from now on. */
export type Position = Cursor | 'earliest' | 'now';

/** Whether a text says where to start. */
export function isPosition(text: unknown): text is Position {
  return typeof text === 'string' && (text === 'earliest' || text === 'now' || parseCursor(text) !== null);
}

/**
 * Writes channels and their positions as the query of a downlink request. The position that most channels share
 * becomes `since`; the others say theirs in `since.<channel>`.
 */
export function toQuery(channels: ReadonlyMap<string, Position>): URLSearchParams {
  const counts = new Map<Position, number>();
  for (const position of channels.values()) counts.set(position, (counts.get(position) ?? 0) + 1);
  let common: Position = 'now';
  for (const [position, count] of counts) if (count > (counts.get(common) ?? 0)) common = position;

  const query = new URLSearchParams();
  for (const channel of channels.keys()) query.append('channel', channel);
  if (common !== 'now') query.set('since', common);
  for (const [channel, position] of channels) if (position !== common) query.set(`since.${channel}`, position);
  return query;
}
