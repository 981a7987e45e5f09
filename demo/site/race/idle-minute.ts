import type { Cost } from '../words/report.js';
import type { IdleCost } from './standings.js';

/** For how long silence is measured, in milliseconds. */
export const IDLE_MS = 60_000;

/** A lane as silence is measured on it. */
export interface Quiet {
  readonly transport: string;
  readonly isOpen: boolean;
  /** What it has cost up to now. */
  readonly cost: Cost | null;
}

/**
 * Measures what a lane costs while nothing is published: from when every lane is open, by the counts at the gateway's
 * sockets, for one minute.
 */
export class IdleMinute {
  #beganAt: number | null = null;
  readonly #began = new Map<string, Cost>();

  /** Begins anew: something is published, or the lanes are others. */
  reset(): void {
    this.#beganAt = null;
    this.#began.clear();
  }

  /** How long it has been measured, in milliseconds; `null` before it has begun. */
  passed(now: number): number | null {
    return this.#beganAt === null ? null : Math.min(IDLE_MS, now - this.#beganAt);
  }

  /** Takes fresh counts of all lanes while nothing is published. Returns what came of the minute once it is over. */
  take(lanes: readonly Quiet[], now: number): ReadonlyMap<string, IdleCost> | null {
    if (this.#beganAt === null) {
      if (!lanes.every(({ isOpen, cost }) => isOpen && cost !== null)) return null;
      for (const { transport, cost } of lanes) if (cost !== null) this.#began.set(transport, cost);
      this.#beganAt = now;
      return null;
    }
    const share = (now - this.#beganAt) / IDLE_MS;
    if (share < 1) return null;
    const found = new Map<string, IdleCost>();
    for (const { transport, cost } of lanes) {
      const from = this.#began.get(transport);
      if (from === undefined || cost === null) continue;
      const bytes = cost.up + cost.down - from.up - from.down;
      // A little more than a minute has passed by the time of these counts.
      found.set(transport, { requests: (cost.requests - from.requests) / share, bytes: bytes / share });
    }
    this.reset();
    return found;
  }
}
