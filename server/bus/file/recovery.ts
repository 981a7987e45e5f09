import type { LogState } from './file-store.js';

/**
 * So many offsets are set aside at a time, before they are given out. After a crash the log goes on behind them: should
 * the disk have lost its last messages, although it had said that it has them, their offsets are not given to others.
 */
const RESERVE = 16_384;
/** Beyond this, the oldest void is forgotten; its cursors are older than that many crashes. */
const VOIDS = 1_000;
/** So many batches are known by number: more than what can be in the store's write-ahead files, which hold 8 MiB. */
export const KNOWN_BATCHES = 32_768;

/** How a log goes on after it was opened. */
export interface Recovered {
  readonly state: LogState;
  /** What is wrong with it, for people; it has a new epoch then, so that every reader is told. */
  readonly damage: string | null;
}

/**
 * The state of a log that is opened, from what was last written of it and the batches that are there. `isCopy`: others have
 * gone on from the same state, so that what comes now has the epoch to be told from what came then.
 */
export async function recover(
  last: LogState | null,
  batches: AsyncIterable<number>,
  newEpoch: () => string,
  isCopy: boolean,
): Promise<Recovered> {
  if (last === null) {
    const state = { format: 1, epoch: newEpoch(), head: 0, reserved: RESERVE, otherFloor: 0, batch: 1 } as const;
    return { state: { ...state, closed: false, voids: [], channels: 0, keys: 0 }, damage: null };
  }
  const damage = await missingBatch(batches, last.batch);
  const isAnew = isCopy || damage !== null;
  const life = isAnew ? { epoch: newEpoch(), voids: [] } : {};
  const opened = { ...last, closed: false, batch: last.batch + 1, ...life };
  if (last.closed && damage === null) return { state: opened, damage };
  // A cursor from in here is one of a message that is not there any more: nobody can have it but by such a loss.
  const lost = [last.head, last.reserved] as const;
  const state = { ...opened, head: last.reserved, reserved: last.reserved + RESERVE };
  return { state: isAnew ? state : { ...state, voids: [...last.voids, lost].slice(-VOIDS) }, damage };
}

/** Sets further offsets aside well before they run out, so that this is on disk before the first of them is used. */
export function withReserve(state: LogState): LogState {
  return state.reserved - state.head > RESERVE / 2 ? state : { ...state, reserved: state.head + RESERVE };
}

/** Up to where there was nothing behind a position that stands for nothing, or `null`. */
export function endOfVoid({ voids }: LogState, position: number): number | null {
  return voids.find(([after, upTo]) => after < position && position < upTo)?.[1] ?? null;
}

/**
 * Finds a batch that is missing among later ones. The store recovers what it can behind a damaged place of its
 * write-ahead file; for a log that means messages in the middle that nobody would know of.
 */
async function missingBatch(batches: AsyncIterable<number>, last: number): Promise<string | null> {
  let before: number | undefined;
  for await (const batch of batches) {
    if (before !== undefined && batch !== before + 1) return `writes ${before + 1} to ${batch - 1} are missing`;
    before = batch;
  }
  return before === last ? null : `write ${last} is not known`;
}
