import { RecentMap } from './recent-map.js';
import type { FaultName } from './site/words/fault-name.js';

/** More blocked names than this for one lane are not worth remembering: there are not so many transports. */
const BLOCKED = 32;

const NONE: ReadonlyMap<string, FaultName> = new Map();

/** Which transports are blocked for which lanes, and how. Who acts on it are the turnstile and the lanes' network. */
export class Blocks {
  readonly #faults = new RecentMap<ReadonlyMap<string, FaultName>>({ count: 5_000, ageMs: 60 * 60_000, now: Date.now });

  /** Blocks a transport for a lane; `null` frees it. */
  set(lane: string, transport: string, fault: FaultName | null): void {
    const faults = new Map(this.#faults.get(lane));
    if (fault === null) faults.delete(transport);
    else if (faults.has(transport) || faults.size < BLOCKED) faults.set(transport, fault);
    if (faults.size > 0) this.#faults.set(lane, faults);
    else this.#faults.delete(lane);
  }

  /** What is blocked for a lane. */
  of(lane: string): ReadonlyMap<string, FaultName> {
    return this.#faults.get(lane) ?? NONE;
  }
}
