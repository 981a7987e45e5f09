import type { Duplex } from 'node:stream';
import { RecentMap } from './recent-map.js';

/** More blocked names than this for one lane are not worth remembering: there are not so many transports. */
const BLOCKED = 32;

/** One open connection of a lane. */
interface Passing {
  readonly transport: string;
  readonly socket: Duplex;
}

/**
 * Blocks transports for single lanes, in earnest: sockets are cut, as by a firewall that resets connections. The
 * client is told nothing and has to find out by itself.
 */
export class Turnstile {
  readonly #blocked = new RecentMap<ReadonlySet<string>>({ count: 5_000, ageMs: 60 * 60_000, now: Date.now });
  readonly #passing = new Map<string, Set<Passing>>();

  /** Blocks or frees a transport for a lane; what is open over a blocked one is cut at once. */
  turn(lane: string, transport: string, blocked: boolean): void {
    const transports = new Set(this.#blocked.get(lane));
    if (blocked && transports.size < BLOCKED) transports.add(transport);
    else transports.delete(transport);
    if (transports.size > 0) this.#blocked.set(lane, transports);
    else this.#blocked.delete(lane);

    for (const passing of this.#passing.get(lane) ?? []) {
      if (transports.has(passing.transport)) passing.socket.destroy();
    }
  }

  /** What is blocked for a lane. */
  blocked(lane: string): readonly string[] {
    return [...(this.#blocked.get(lane) ?? [])];
  }

  /** Lets a connection through, or cuts it and returns `null`. Returns how to say that it is over. */
  enter(lane: string, transport: string, socket: Duplex): (() => void) | null {
    if (this.#blocked.get(lane)?.has(transport) === true) {
      socket.destroy();
      return null;
    }
    const passing = { transport, socket };
    const others = this.#passing.get(lane) ?? new Set();
    this.#passing.set(lane, others.add(passing));
    return () => {
      others.delete(passing);
      if (others.size === 0 && this.#passing.get(lane) === others) this.#passing.delete(lane);
    };
  }
}
