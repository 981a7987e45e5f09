import { FifoMap } from '../bus/fifo-map.js';

/** Options of {@link TokenBuckets}. */
export interface TokenBucketsOptions {
  /** Tokens in one second; `Infinity` for as many as they like. */
  readonly perSecond: number;
  /** What a full bucket holds. @default one second's worth, and at least one */
  readonly atOnce?: number;
  /** So many owners are known at a time; the one that took a token least recently is forgotten. @default 100,000 */
  readonly most?: number;
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number;
}

/**
 * How often each owner may do something: a bucket of tokens for each, filled at a steady rate. Who was quiet may take as many
 * at once as it holds, and goes on at the rate.
 */
export class TokenBuckets {
  /** When each bucket will be full again, in milliseconds of `now`; those whose is full are as unknown. */
  readonly #fullAt = new FifoMap<number>();
  readonly #tokenMs: number;
  readonly #fullMs: number;
  readonly #most: number;
  readonly #now: () => number;
  readonly isUnlimited: boolean;

  constructor({ perSecond, atOnce = Math.max(1, perSecond), most = 100_000, now }: TokenBucketsOptions) {
    this.isUnlimited = perSecond === Number.POSITIVE_INFINITY;
    this.#tokenMs = 1_000 / perSecond;
    this.#fullMs = this.isUnlimited ? 0 : atOnce * this.#tokenMs;
    this.#most = most;
    this.#now = now;
  }

  /** After how many milliseconds there will be a token; 0 when there is one. */
  waitMs(owner: string): number {
    const waitMs = this.#fullAtNow(owner) + this.#tokenMs - this.#now() - this.#fullMs;
    // What a float has too much of is no reason to wait.
    return waitMs > 0.001 ? Math.ceil(waitMs) : 0;
  }

  /** Takes a token, which there has to be. */
  take(owner: string): void {
    if (this.isUnlimited) return;
    this.#fullAt.set(owner, this.#fullAtNow(owner) + this.#tokenMs);
    this.#forget(this.#now());
  }

  #fullAtNow(owner: string): number {
    const now = this.#now();
    return Math.max(now, this.#fullAt.get(owner) ?? now);
  }

  #forget(now: number): void {
    for (let oldest = this.#fullAt.oldest; oldest !== undefined; oldest = this.#fullAt.oldest) {
      if (this.#fullAt.size <= this.#most && oldest[1] > now) return;
      this.#fullAt.delete(oldest[0]);
    }
  }
}
