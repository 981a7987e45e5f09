/** A bad experience with a transport: how many in a row, when the last was, and until when it is not tried first. */
interface Demerit {
  readonly count: number;
  readonly at: number;
  readonly until: number;
}

/** What is held against each transport, by name. */
export type Demerits = ReadonlyMap<string, Demerit>;

const FORGOTTEN_AFTER_MS = 600_000;

/** How long the first one counts, and the longest that one can, in milliseconds. */
export interface Hold {
  readonly probeMs: number;
  readonly probeCapMs: number;
}

/** Holds one more thing against a transport; each in a row counts twice as long. */
export function blame(demerits: Demerits, transport: string, now: number, hold: Hold): Demerits {
  const before = demerits.get(transport);
  const count = before === undefined || now - before.at > FORGOTTEN_AFTER_MS ? 1 : before.count + 1;
  const until = now + Math.min(hold.probeCapMs, hold.probeMs * 2 ** (count - 1));
  return new Map(demerits).set(transport, { count, at: now, until });
}

/** Forgets what was held against a transport: it has carried for long. */
export function forgive(demerits: Demerits, transport: string): Demerits {
  if (!demerits.has(transport)) return demerits;
  const rest = new Map(demerits);
  rest.delete(transport);
  return rest;
}

/** When something was last held against a transport; 0, when nothing is. */
export function blamedAt(demerits: Demerits, transport: string): number {
  return demerits.get(transport)?.at ?? 0;
}

/** When a transport may be tried again like any other; the past, when nothing is held against it. */
export function heldUntil(demerits: Demerits, transport: string): number {
  return demerits.get(transport)?.until ?? Number.NEGATIVE_INFINITY;
}
