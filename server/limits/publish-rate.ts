import { FifoMap } from '../bus/fifo-map.js';

/** So many publishers are known at a time; the one that published least recently is forgotten. */
const PUBLISHERS = 100_000;

/**
 * How often each publisher may publish: a bucket of tokens, filled at a steady rate, that holds one second's worth. A
 * publisher that was quiet may publish so many at once, and goes on at the rate.
 */
export class PublishRate {
  /** When each publisher's bucket will be full again, in milliseconds of `now`; those whose is full are as unknown. */
  readonly #fullAt = new FifoMap<number>();

  constructor(
    /** Messages in one second; `Infinity` for as many as they like. */
    private readonly perSecond: number,
    /** Milliseconds of a clock that is never set. */
    private readonly now: () => number,
  ) {}

  get isUnlimited(): boolean {
    return this.perSecond === Number.POSITIVE_INFINITY;
  }

  /** After how many milliseconds there will be a token; 0 when there is one. */
  waitMs(publisher: string): number {
    const { tokenMs } = this;
    // A rate below one in a second still lets one through.
    const waitMs = this.#fullAtNow(publisher) + tokenMs - this.now() - Math.max(1_000, tokenMs);
    // What a float has too much of is no reason to wait.
    return waitMs > 0.001 ? Math.ceil(waitMs) : 0;
  }

  /** Takes a token, which there has to be. */
  take(publisher: string): void {
    if (this.isUnlimited) return;
    const fullAt = this.#fullAtNow(publisher) + this.tokenMs;
    this.#fullAt.delete(publisher);
    this.#fullAt.set(publisher, fullAt);
    this.#forget(this.now());
  }

  /** How long the bucket takes to get another token, in milliseconds. */
  private get tokenMs(): number {
    return 1_000 / this.perSecond;
  }

  #fullAtNow(publisher: string): number {
    const now = this.now();
    return Math.max(now, this.#fullAt.get(publisher) ?? now);
  }

  #forget(now: number): void {
    for (let oldest = this.#fullAt.oldest; oldest !== undefined; oldest = this.#fullAt.oldest) {
      if (this.#fullAt.size <= PUBLISHERS && oldest[1] > now) return;
      this.#fullAt.delete(oldest[0]);
    }
  }
}
