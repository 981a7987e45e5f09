import { type Caller, PushError } from '../../server/index.js';
import { ownerOf } from '../../server/limits/addresses.js';
import { RecentMap } from '../recent-map.js';

/** Addresses that are remembered at a time. */
const ADDRESSES = 10_000;

/** How much an {@link Allowance} gives. */
export interface AllowanceOptions {
  /** So many at once, from somebody who was quiet. */
  readonly atOnce: number;
  readonly perSecond: number;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/**
 * How often each address may do something: the gateway limits what is published, and a demo what is called. An IPv6 network of
 * 64 bits is one address, as it is for the gateway.
 */
export class Allowance {
  readonly #options: AllowanceOptions;
  /** When each address would have all of it again, in milliseconds. */
  readonly #wholeAt: RecentMap<number>;

  constructor(options: AllowanceOptions) {
    this.#options = options;
    const ageMs = (options.atOnce / options.perSecond) * 1_000;
    this.#wholeAt = new RecentMap({ count: ADDRESSES, ageMs, now: options.now });
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
    const { atOnce, perSecond, now } = this.#options;
    const eachMs = 1_000 / perSecond;
    const at = now();
    // Later than this it cannot be, unless the clock was set back meanwhile.
    const latest = at + atOnce * eachMs;
    const wholeAt = Math.max(at, Math.min(latest, this.#wholeAt.get(owner) ?? 0)) + eachMs;
    const retryMs = Math.ceil(wholeAt - latest);
    if (retryMs > 0) return retryMs;
    this.#wholeAt.set(owner, wholeAt);
    return 0;
  }
}
