import { type Caller, PushError } from '../../server/index.js';
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

/** How often each address may do something: the gateway limits what is published, and a demo what is called. */
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
  take({ address }: Pick<Caller, 'address'>): void {
    const { atOnce, perSecond, now } = this.#options;
    const eachMs = 1_000 / perSecond;
    const wholeAt = Math.max(now(), this.#wholeAt.get(address) ?? 0) + eachMs;
    const retryMs = Math.ceil(wholeAt - now() - atOnce * eachMs);
    if (retryMs > 0) {
      throw new PushError('RATE_LIMITED', `That was too often; try again in ${retryMs} ms.`, { retryMs });
    }
    this.#wholeAt.set(address, wholeAt);
  }
}
