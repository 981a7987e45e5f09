import { ownerOf } from './addresses.js';
import type { Limits } from './limits.js';
import { type FullPolicy, type Leaving, Seats } from './seats.js';

/** A client at the door. */
export interface Guest {
  readonly address: string;
  /** Whom it belongs to, where that is known. */
  readonly user: string | null;
  /** The name that it gave itself. */
  readonly client: string | null;
}

const SWEEP_MS = 10_000;

/** All who are here, by user and by address, each within its limit. */
export class Crowd {
  /** Whether anybody is counted. Otherwise nobody has to enter, which would cost each connection half a kilobyte. */
  readonly isLimited: boolean;
  readonly #users: Seats;
  readonly #addresses: Seats;
  readonly #sweeper: NodeJS.Timeout;

  constructor({ connectionsPerUser, connectionsPerAddress }: Limits, whenFull: FullPolicy) {
    this.isLimited = Math.min(connectionsPerUser, connectionsPerAddress) < Number.POSITIVE_INFINITY;
    const now = () => performance.now();
    this.#users = new Seats({ most: connectionsPerUser, whenFull, owner: 'user', now });
    this.#addresses = new Seats({ most: connectionsPerAddress, whenFull, owner: 'address', now });
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /**
   * Lets a connection in; `close` is called, once at most, when it has to leave for another one. Returns how to say that it
   * is over.
   *
   * @throws PushError `CONNECTIONS_TOO_MANY`, `CONNECTION_REPLACED`
   */
  enter({ address, user, client }: Guest, close: (why: Leaving) => void): () => void {
    let isClosed = false;
    // It may be the oldest one of its user and of its address.
    const closeOnce = (why: Leaving) => {
      if (!isClosed) close(why);
      isClosed = true;
    };
    // First: who is refused as a user takes no seat of the address, and nobody there has to leave for him.
    if (user !== null) this.#users.check(user, client);
    const leaveAddress = this.#addresses.take(ownerOf(address), client, closeOnce);
    const leaveUser = user === null ? () => undefined : this.#users.take(user, client, closeOnce);
    return () => {
      leaveAddress();
      leaveUser();
    };
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #sweep(): void {
    this.#users.sweep();
    this.#addresses.sweep();
  }
}
