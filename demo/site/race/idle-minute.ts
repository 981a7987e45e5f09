import { bytesOf, type Cost } from '../words/report.js';
import type { IdleCost } from './standings.js';

/** For how long silence is measured, in milliseconds. */
export const IDLE_MS = 60_000;

/** Where somebody speaks on another channel, or a lane is opened again, it begins anew, for so long at the most, in milliseconds. */
const MOST_MS = 3 * IDLE_MS;

/** So long it is waited for every lane to be open, in milliseconds. */
export const OPENING_MS = 10_000;

/** A lane as silence is measured on it. */
export interface Quiet {
  readonly transport: string;
  readonly isOpen: boolean;
  /** How often it was opened. */
  readonly openings: number;
  /** What it has cost up to now. */
  readonly cost: Cost | null;
  /** Messages of other channels that had come when the server was asked for that, and when it had answered. */
  readonly others: { readonly asked: number; readonly answered: number };
}

/** Since when it has been silent on a lane, what that had cost by then, and what it was when it was last looked at. */
interface Silence extends Pick<Quiet, 'others' | 'openings'> {
  readonly since: number;
  readonly from: Cost;
  readonly cost: Cost;
}

/**
 * Measures what a lane costs while nothing is published: from when every lane is open, by the counts at the gateway's
 * sockets, for one minute. Where one cannot be opened, the others are measured without it after a while.
 */
export class IdleMinute {
  #askedAt: number | null = null;
  #beganAt: number | null = null;
  readonly #silences = new Map<string, Silence>();
  /** The transports that it is measured without. */
  missing: readonly string[] = [];

  /** Begins anew: something is published, or the lanes are others. */
  reset(): void {
    this.#askedAt = null;
    this.#beganAt = null;
    this.#silences.clear();
    this.missing = [];
  }

  /** How long it has been silent on all lanes, in milliseconds; `null` before it has begun. */
  passed(now: number): number | null {
    if (this.#beganAt === null) return null;
    return Math.min(IDLE_MS, ...[...this.#silences.values()].map(({ since }) => now - since));
  }

  /** Takes fresh counts of all lanes while nothing is published. Returns what came of the minute once it is over. */
  take(lanes: readonly Quiet[], now: number): ReadonlyMap<string, IdleCost> | null {
    if (this.#beganAt === null) {
      this.#begin(lanes, now);
      return null;
    }
    for (const { transport, isOpen, openings, cost, others } of lanes) {
      const silence = this.#silences.get(transport);
      if (silence === undefined || cost === null) continue;
      // A line takes the place of a heartbeat, and ends a wait: what silence costs cannot be told from the rest of a minute. Nor can it
      // from an opening, or where there is no connection.
      const isQuiet = isOpen && silence.openings === openings && silence.others.asked === others.answered;
      this.#silences.set(transport, { ...(isQuiet ? silence : { since: now, from: cost }), cost, others, openings });
    }
    const isOver = [...this.#silences.values()].every(({ since }) => now - since >= IDLE_MS);
    if (!isOver && now - this.#beganAt < MOST_MS) return null;
    const found = new Map<string, IdleCost>();
    for (const [transport, { since, from, cost }] of this.#silences) {
      // A little more than a minute has passed by the time of these counts.
      const minutes = (now - since) / IDLE_MS;
      if (minutes < 1) continue;
      const requests = (cost.requests - from.requests) / minutes;
      found.set(transport, { requests, bytes: (bytesOf(cost) - bytesOf(from)) / minutes });
    }
    const never = [...this.#silences.keys()].filter((transport) => !found.has(transport));
    const missing = [...this.missing, ...never];
    this.reset();
    this.missing = missing;
    return found;
  }

  #begin(lanes: readonly Quiet[], now: number): void {
    this.#askedAt ??= now;
    const missing = lanes.filter(({ isOpen, cost }) => !isOpen || cost === null);
    if (missing.length === lanes.length || (missing.length > 0 && now - this.#askedAt < OPENING_MS)) return;
    for (const { transport, isOpen, openings, cost, others } of lanes) {
      if (!isOpen || cost === null) continue;
      this.#silences.set(transport, { since: now, from: cost, cost, others, openings });
    }
    this.missing = missing.map(({ transport }) => transport);
    this.#beganAt = now;
  }
}
