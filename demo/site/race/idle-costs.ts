import type { IdleCost } from './standings.js';

/**
 * What the last silent minute came to. It is no matter of the rate; but what polling costs in silence is its interval, so
 * that it is known for no other one.
 */
export class IdleCosts {
  #costs: ReadonlyMap<string, IdleCost> = new Map();
  #pollMs = 0;
  /** The transports that it was measured without. */
  missing: readonly string[] = [];

  /** Takes what was measured while polling asked so often, and without which transports. */
  take(costs: ReadonlyMap<string, IdleCost>, pollMs: number, missing: readonly string[]): void {
    this.#costs = costs;
    this.#pollMs = pollMs;
    this.missing = missing;
  }

  /** What is known of a run in which polling asks so often. */
  at(pollMs: number): ReadonlyMap<string, IdleCost> {
    if (pollMs === this.#pollMs) return this.#costs;
    return new Map([...this.#costs].filter(([transport]) => transport !== 'polling'));
  }
}
