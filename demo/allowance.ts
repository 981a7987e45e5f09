import { type Caller, PushError } from '../server/index.js';
import { ownerOf } from '../server/limits/addresses.js';
import { TokenBuckets } from '../server/limits/token-buckets.js';
import { monotonicMs } from './monotonic.js';

/** Addresses that are remembered at a time. */
const ADDRESSES = 10_000;

/** How much an {@link Allowance} gives. */
export interface AllowanceOptions {
  /** So many at once, from somebody who was quiet. */
  readonly atOnce: number;
  readonly perSecond: number;
  /** @default monotonicMs */
  readonly now?: () => number;
}

/**
 * How often each address may do something: the gateway limits what is published, and a demo what is called. An IPv6 network of
 * 64 bits is one address, as it is for the gateway.
 */
export class Allowance {
  readonly #buckets: TokenBuckets;

  constructor({ now = monotonicMs, ...rate }: AllowanceOptions) {
    this.#buckets = new TokenBuckets({ ...rate, most: ADDRESSES, now });
  }

  /** @throws PushError `RATE_LIMITED` with the time to wait */
  take(caller: Pick<Caller, 'address'>): void {
    const retryMs = this.tryTake(caller);
    if (retryMs === 0) return;
    throw new PushError('RATE_LIMITED', `That was too often; try again in ${retryMs} ms.`, { retryMs });
  }

  /** Returns 0, or how many milliseconds to wait: then nothing was taken. */
  tryTake({ address }: Pick<Caller, 'address'>): number {
    const owner = ownerOf(address);
    const retryMs = this.#buckets.waitMs(owner);
    if (retryMs === 0) this.#buckets.take(owner);
    return retryMs;
  }
}
