/**
 * A position in a log: `<epoch>.<offset>`, ASCII, at most 128 bytes.
 *
 * Opaque to applications. Two ids of one channel that share an epoch are ordered by their offset, which is
 * how a client drops what it has already taken when two connections overlap.
 */
export type Cursor = string;

/** A cursor taken apart: the life of one log, and the position in it. */
export interface LogPosition {
  readonly epoch: string;
  readonly offset: number;
}

const CURSOR = /^([A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,109}[A-Za-z0-9_-])?)\.(0|[1-9][0-9]{0,15})$/;

/** Writes the cursor of a position. */
export function formatCursor(epoch: string, offset: number): Cursor {
  return `${epoch}.${offset}`;
}

/** Reads a cursor; `null` when the text is not one. Offsets past 2^53 - 1 are refused: they could not be ordered. */
export function parseCursor(text: string): LogPosition | null {
  const match = CURSOR.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const offset = Number(match[2]);
  return Number.isSafeInteger(offset) ? { epoch: match[1], offset } : null;
}

/** Whether `a` comes after `b` in one log; `null` when they belong to different logs and have no order. */
export function isAfter(a: Cursor, b: Cursor): boolean | null {
  const left = parseCursor(a);
  const right = parseCursor(b);
  if (left === null || right === null || left.epoch !== right.epoch) return null;
  return left.offset > right.offset;
}

/** The epoch of a cursor, or `null` when the text is not a cursor. */
export function epochOf(cursor: Cursor): string | null {
  return parseCursor(cursor)?.epoch ?? null;
}
