import type { Cursor } from '../../../client/index.js';
import type { Step } from './feed.js';

/** Ids, and missing numbers, that are remembered. */
const KEPT = 500;

/**
 * Counts what came, what did not and what came twice.
 *
 * What is missing shows in the numbers that the feed puts on its messages, what came twice in their ids. The channel is
 * open to everybody, so that a number proves nothing: one that runs ahead of the time on it is not believed, and what
 * was counted as lost is taken back when it comes after all.
 */
export class Tally {
  received = 0;
  lost = 0;
  repeated = 0;
  readonly #ids = new Set<Cursor>();
  readonly #missing = new Set<number>();
  readonly #everyMs: number;
  #run: string | null = null;
  #number = 0;
  #at = 0;

  /** For a feed that publishes every so many milliseconds. */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Takes a message that has arrived. Returns `false`, and counts nothing, when it cannot be the feed's. */
  take(id: Cursor, { run, number, at }: Step): boolean {
    if (this.#ids.has(id)) this.repeated += 1;
    else if (run !== this.#run) this.#begin(run, number, at);
    else if (number > this.#number ? !this.#goOn(number, at) : !this.#fill(number)) return false;
    remember(this.#ids, id);
    this.received += 1;
    return true;
  }

  /** What is missed from now until the next message was not asked for. */
  pause(): void {
    this.#run = null;
  }

  #begin(run: string, number: number, at: number): void {
    this.#missing.clear();
    this.#run = run;
    this.#number = number;
    this.#at = at;
  }

  #goOn(number: number, at: number): boolean {
    const skipped = number - this.#number - 1;
    // The feed's timer is late at times and never early, so that so many fit at most between the two.
    if (skipped > Math.max(0, at - this.#at) / this.#everyMs) return false;
    this.lost += skipped;
    for (let missing = Math.max(number - KEPT, this.#number + 1); missing < number; missing++) {
      remember(this.#missing, missing);
    }
    this.#number = number;
    this.#at = at;
    return true;
  }

  #fill(number: number): boolean {
    if (!this.#missing.delete(number)) return false;
    this.lost -= 1;
    return true;
  }
}

function remember<Value>(set: Set<Value>, value: Value): void {
  set.add(value);
  const [oldest] = set;
  if (set.size > KEPT && oldest !== undefined) set.delete(oldest);
}
