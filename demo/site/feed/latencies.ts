import { median } from './median.js';
import type { ServerClock } from './server-clock.js';

const KEPT = 600;

/** Seconds of which it is remembered how they were. */
const SECONDS = 40;

/**
 * The latencies of the last 600 messages, in milliseconds. They are as good as the comparison of the clocks is by now: a better
 * one corrects what was measured before it.
 *
 * The newest message of an answer with many is always quick, however late the others are. So what comes within a second of each other is
 * taken together, over every transport alike: the median of that is what latency is at a time.
 */
export class Latencies {
  readonly #clock: Pick<ServerClock, 'aheadMs' | 'errorMs' | 'life'>;
  /** By the page's clock, as if the server's were not ahead. */
  readonly #measured: number[] = [];
  /** In the same way: what has come together last, since when, and the medians of what came before it. */
  #together: number[] = [];
  #since = Number.NEGATIVE_INFINITY;
  #before: readonly number[] = [];
  #life = 0;

  constructor(clock: Pick<ServerClock, 'aheadMs' | 'errorMs' | 'life'>) {
    this.#clock = clock;
  }

  /** Oldest first. */
  get values(): readonly number[] {
    return this.#measured.map((ms) => this.#corrected(ms));
  }

  /** Of the newest message alone. */
  get last(): number | null {
    return this.#known(this.#measured.at(-1) ?? null);
  }

  /** The median of what has come together last; `null` while nothing has. */
  get now(): number | null {
    return this.#known(median(this.#together));
  }

  /** The same of each second in which something came, up to the present one, oldest first. */
  get seconds(): readonly number[] {
    const now = this.now;
    return [...this.#before.map((ms) => this.#corrected(ms)), ...(now === null ? [] : [now])];
  }

  /** The median of all of them; `null` while there are none. */
  get median(): number | null {
    return median(this.values);
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

  /** Takes the latency of a message by the server's clock as it is known now, by which it has arrived at this time. */
  add(ms: number, arrivedAt: number): void {
    if (this.#clock.life !== this.#life) this.#forget();
    this.#life = this.#clock.life;
    const measured = ms - this.#clock.aheadMs;
    if (this.#measured.length === KEPT) this.#measured.shift();
    this.#measured.push(measured);
    if (arrivedAt >= this.#since + 1_000) this.#beginSecond(arrivedAt);
    if (this.#together.length === KEPT) this.#together.shift();
    this.#together.push(measured);
  }

  #beginSecond(at: number): void {
    const over = median(this.#together);
    if (over !== null) this.#before = [...this.#before, over].slice(1 - SECONDS);
    this.#together = [];
    this.#since = at;
  }

  #forget(): void {
    this.#measured.length = 0;
    this.#together = [];
    this.#since = Number.NEGATIVE_INFINITY;
    this.#before = [];
  }

  #known(measured: number | null): number | null {
    return measured === null ? null : this.#corrected(measured);
  }

  #corrected(measured: number): number {
    // The quickest messages would arrive before they left, by less than the error.
    return Math.max(0, measured + this.#clock.aheadMs);
  }
}
