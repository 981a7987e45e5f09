import type { Cost } from '../words/report.js';
import type { IdleCost } from './standings.js';

/** For how long silence is measured, in milliseconds. */
export const IDLE_MS = 60_000;

/** So long it is waited for every lane to be open, in milliseconds. */
export const OPENING_MS = 10_000;

/** A lane as silence is measured on it. */
export interface Quiet {
  readonly transport: string;
  readonly isOpen: boolean;
  /** What it has cost up to now. */
  readonly cost: Cost | null;
}

/**
 * Measures what a lane costs while nothing is published: from when every lane is open, by the counts at the gateway's
 * sockets, for one minute. Where one cannot be opened, the others are measured without it after a while.
 */
export class IdleMinute {
  #askedAt: number | null = null;
  #beganAt: number | null = null;
  readonly #began = new Map<string, Cost>();
  /** The transports that it is measured without. */
  missing: readonly string[] = [];

  /** Begins anew: something is published, or the lanes are others. */
  reset(): void {
    this.#askedAt = null;
    this.#beganAt = null;
    this.#began.clear();
    this.missing = [];
  }

  /** How long it has been measured, in milliseconds; `null` before it has begun. */
  passed(now: number): number | null {
    return this.#beganAt === null ? null : Math.min(IDLE_MS, now - this.#beganAt);
  }

  /** Takes fresh counts of all lanes while nothing is published. Returns what came of the minute once it is over. */
  take(lanes: readonly Quiet[], now: number): ReadonlyMap<string, IdleCost> | null {
    if (this.#beganAt === null) {
      this.#begin(lanes, now);
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

  #begin(lanes: readonly Quiet[], now: number): void {
    this.#askedAt ??= now;
    const missing = lanes.filter(({ isOpen, cost }) => !isOpen || cost === null);
    if (missing.length === lanes.length || (missing.length > 0 && now - this.#askedAt < OPENING_MS)) return;
    for (const { transport, isOpen, cost } of lanes) if (isOpen && cost !== null) this.#began.set(transport, cost);
    this.missing = missing.map(({ transport }) => transport);
    this.#beganAt = now;
  }
}
