import type { Cursor, LogPosition } from '../transports/cursor.js';
import { formatCursor, parseCursor } from '../transports/cursor.js';
import type { Position } from '../transports/position.js';
import type { Gap } from '../transports/record.js';
import type { Hole, Page } from './bus/bus.js';
import { EARLIEST } from './bus/bus.js';

/** Where a downlink starts, in the terms of one log. */
export interface Start {
  /** For each channel the offset after which it reads. */
  readonly after: Map<string, number>;
  /** Channels whose cursor this log does not know, with that cursor: their first page begins with a gap. */
  readonly lost: ReadonlyMap<string, Cursor>;
  /** The end of the log at that moment. */
  readonly head: number;
}

/**
 * Turns what a client asked for into offsets of this log.
 *
 * A cursor of another epoch starts at the beginning, one from beyond the end starts at the end; both are told by a
 * gap. Going on silently from a cursor beyond the end would swallow everything up to it.
 */
export function startOf(channels: ReadonlyMap<string, Position>, epoch: string, head: number): Start {
  const after = new Map<string, number>();
  const lost = new Map<string, Cursor>();
  for (const [channel, position] of channels) {
    if (position === 'now') after.set(channel, head);
    else if (position === 'earliest') after.set(channel, EARLIEST);
    else {
      const cursor = parseCursor(position);
      const known = cursor !== null && cursor.epoch === epoch;
      if (known && cursor.offset <= head) after.set(channel, cursor.offset);
      else {
        after.set(channel, known ? head : 0);
        lost.set(channel, position);
      }
    }
  }
  return { after, lost, head };
}

/**
 * Where the log ended for those channels that are asked for from the earliest, added to the others of which no page has been read yet;
 * `undefined` where there is none.
 */
export function headsOf({ after, head }: Start, others?: Map<string, number>): Map<string, number> | undefined {
  let heads = others;
  for (const [channel, offset] of after) {
    if (offset !== EARLIEST) heads?.delete(channel);
    // Asked for once more, it is still owed what has come since the first time.
    else heads = (heads ?? new Map<string, number>()).set(channel, Math.min(head, heads?.get(channel) ?? head));
  }
  return heads;
}

/**
 * The offset from which all channels are asked for, if it is one and the same that this node has seen already; `null` where
 * more has to be found out.
 */
export function commonOffset(channels: ReadonlyMap<string, Position>, epoch: string, seen: number): number | null {
  let common: Position | undefined;
  for (const position of channels.values()) {
    if (common !== undefined && position !== common) return null;
    common = position;
  }
  const cursor = common === undefined ? null : recent(common);
  return cursor !== null && cursor.epoch === epoch && cursor.offset <= seen ? cursor.offset : null;
}

let last: { readonly text: string; readonly position: LogPosition | null } = { text: '', position: null };

/** Those who poll mostly ask from the same position, and one after the other. */
function recent(text: string): LogPosition | null {
  if (text !== last.text) last = { text, position: parseCursor(text) };
  return last.position;
}

/** The gaps to be told before a page: one for all channels that lost the same part of the log. */
export function gapsOf(page: Page, start: Start | null, epoch: string): Gap[] {
  const holes = new Map<string, Hole>(page.holes.map((hole) => [hole.channel, hole]));
  const gaps = new Map<string, Gap & { channels: string[] }>();
  const tell = (channel: string, from: Cursor, to: Cursor) => {
    const same = gaps.get(`${from} ${to}`);
    if (same === undefined) gaps.set(`${from} ${to}`, { type: 'gap', channels: [channel], from, to });
    else same.channels.push(channel);
  };
  for (const [channel, from] of start?.lost ?? []) {
    tell(channel, from, formatCursor(epoch, holes.get(channel)?.to ?? start?.after.get(channel) ?? 0));
  }
  for (const { channel, from, to } of page.holes) {
    if (!start?.lost.has(channel)) tell(channel, formatCursor(epoch, from), formatCursor(epoch, to));
  }
  return [...gaps.values()];
}

/** The lowest start, given the first page: a position from which all of the channels can be resumed. */
export function lowest(start: Start, page: Page): number {
  const earliest = (page.entries[0]?.offset ?? page.upTo + 1) - 1;
  let offset = start.head;
  for (const position of start.after.values()) offset = Math.min(offset, position === EARLIEST ? earliest : position);
  return offset;
}
