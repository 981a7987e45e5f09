import type { ServerClock } from './server-clock.js';

const KEPT = 600;

/**
 * The latencies of the last 600 messages, in milliseconds. They are as good as the comparison of the clocks is by now: a better
 * one corrects what was measured before it.
 */
export class Latencies {
  readonly #clock: Pick<ServerClock, 'aheadMs' | 'errorMs' | 'life'>;
  /** By the page's clock, as if the server's were not ahead. */
  readonly #measured: number[] = [];
  #life = 0;

  constructor(clock: Pick<ServerClock, 'aheadMs' | 'errorMs' | 'life'>) {
    this.#clock = clock;
  }

  /** Oldest first. */
  get values(): readonly number[] {
    return this.#measured.map((ms) => this.#corrected(ms));
  }

  get last(): number | null {
    const last = this.#measured.at(-1);
    return last === undefined ? null : this.#corrected(last);
  }

  /** By how much each of them may be off, all of them the same way: what is less than that may be nothing. */
  get errorMs(): number {
    return this.#clock.errorMs ?? 0;
  }

  /** What so many of a hundred messages were not slower than (nearest rank); `null` while there are none. */
  percentile(share: number): number | null {
    const sorted = [...this.values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)] ?? null;
  }

  /** Takes the latency of a message by the server's clock as it is known now. */
  add(ms: number): void {
    if (this.#clock.life !== this.#life) this.#measured.length = 0;
    this.#life = this.#clock.life;
    if (this.#measured.length === KEPT) this.#measured.shift();
    this.#measured.push(ms - this.#clock.aheadMs);
  }

  #corrected(measured: number): number {
    // The quickest messages would arrive before they left, by less than the error.
    return Math.max(0, measured + this.#clock.aheadMs);
  }
}
