import { ClockBounds } from './clock-bounds.js';

/** Asks the server for its clock, in milliseconds since 1970. */
export type AskTime = () => Promise<number>;

const SAMPLES = 6;

/** The first comparisons fall into the busiest seconds of a page, so that so many are made in short order. */
const EARLY = 8;
const EARLY_MS = 1_000;
const LATER_MS = 5_000;

/**
 * By how much clocks are taken to drift apart: 50 millionths. The 15 of NTP (RFC 5905, section 4) are of clocks that are kept right;
 * a page's clock may be a bare quartz.
 */
const DRIFT = 50e-6;

/** A clock that moves so much against the other one of its machine was set, or has slept: the page's own stands still meanwhile. */
const LEAP_MS = 1_000;

/** Browsers round their clocks, to a millisecond at the coarsest. */
const ROUNDING_MS = 1;

/**
 * The server's clock, as well as it can be known from here.
 *
 * In each round trip the server tells its time after it was asked and before the answer is here, which bounds by how much its
 * clock can be ahead. The narrowest bounds of all round trips are kept and the middle between them is believed: the error is at
 * most half of the quickest round trip, as in NTP (RFC 5905, section 8), and less where others narrow it further.
 */
export class ServerClock {
  #bounds: ClockBounds | null = null;
  #comparedAt = 0;
  #comparisons = 0;
  /** By how much the machine's clock was ahead of the page's when both were last looked at. */
  #machineAheadMs = machineAhead();
  /** Counts the times that a clock was set: what was measured in an earlier life has nothing to do with the present one. */
  life = 0;

  get isAligned(): boolean {
    this.#look();
    return this.#bounds !== null;
  }

  /** By how much the server's clock is ahead of the page's, in milliseconds; 0 until the two have been compared. */
  get aheadMs(): number {
    return this.#bounds?.aheadMs ?? 0;
  }

  /** How far off that may be, in milliseconds; `null` until the clocks have been compared. */
  get errorMs(): number | null {
    return this.#bounds?.errorMs ?? null;
  }

  /** When it is to be compared again: soon, as long as not many round trips have been seen, and seldom from then on. */
  get restMs(): number {
    return this.#comparisons < EARLY ? EARLY_MS : LATER_MS;
  }

  /** The server's time now; the page's own until the two have been compared. */
  now(): number {
    this.#look();
    return pageTime() + this.aheadMs;
  }

  /** Compares the clocks. Keeps what is known when nothing better comes of it. */
  async align(ask: AskTime): Promise<void> {
    for (let sample = 0; sample < SAMPLES; sample++) {
      const askedAt = pageTime();
      const time = await ask();
      this.#take(askedAt, time, pageTime());
    }
    this.#comparisons += 1;
  }

  /** After a leap, nothing is known any more. */
  #look(): void {
    const aheadMs = machineAhead();
    const hasLeapt = Math.abs(aheadMs - this.#machineAheadMs) > LEAP_MS;
    this.#machineAheadMs = aheadMs;
    if (!hasLeapt || this.#bounds === null) return;
    this.#bounds = null;
    this.#comparisons = 0;
    this.life += 1;
  }

  #take(askedAt: number, time: number, answeredAt: number): void {
    const bounds = this.#bounds ?? new ClockBounds();
    if (this.#bounds !== null) bounds.widen((answeredAt - this.#comparedAt) * DRIFT);
    bounds.told(askedAt, time, answeredAt);
    this.#bounds = bounds;
    this.#comparedAt = answeredAt;
    if (!bounds.isBroken(ROUNDING_MS)) return;
    this.#bounds = new ClockBounds();
    this.#bounds.told(askedAt, time, answeredAt);
    this.#comparisons = 0;
    this.life += 1;
  }
}

function machineAhead(): number {
  return Date.now() - pageTime();
}

/** Milliseconds since 1970 with fractions, and never jumping backwards. */
function pageTime(): number {
  return performance.timeOrigin + performance.now();
}
