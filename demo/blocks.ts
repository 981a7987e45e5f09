import { RecentMap } from './recent-map.js';
import type { FaultName } from './site/words/fault-name.js';

/** More blocked names than this for one lane are not worth remembering: there are not so many transports. */
const BLOCKED = 32;

/** Lanes with something blocked: of one visitor, and of all. */
const LANES = { visitor: 100, all: 5_000 };

const NONE: ReadonlyMap<string, FaultName> = new Map();

/** Which transports are blocked for which lanes, and how. Who acts on it are the turnstile and the lanes' network. */
export class Blocks {
  readonly #faults = new RecentMap<ReadonlyMap<string, FaultName>>({
    count: LANES.all,
    each: LANES.visitor,
    ageMs: 60 * 60_000,
  });

  /** Blocks a transport for a visitor's lane; `null` frees it. */
  set(lane: string, transport: string, fault: FaultName | null, visitor: string): void {
    const faults = new Map(this.#faults.get(lane));
    if (fault === null) faults.delete(transport);
    else if (faults.has(transport) || faults.size < BLOCKED) faults.set(transport, fault);
    if (faults.size > 0) this.#faults.set(lane, faults, visitor);
    else this.#faults.delete(lane);
  }

  /** What is blocked for a lane. */
  of(lane: string): ReadonlyMap<string, FaultName> {
    return this.#faults.get(lane) ?? NONE;
  }
}
