import { ownerOf } from './addresses.js';
import type { Limits } from './limits.js';
import { Claim, type FullPolicy, type Leaving, Seats } from './seats.js';

/** A client at the door. */
export interface Guest {
  readonly address: string;
  /** Whom it belongs to, where that is known. */
  readonly user: string | null;
  /** The name that it gave itself. */
  readonly client: string | null;
}

const SWEEP_MS = 10_000;

/** The seats of one connection, that of its user and that of its address. */
export class Place {
  readonly #user: Claim | null;
  readonly #address: Claim;
  #mayClose = false;

  constructor(
    private readonly users: Seats,
    private readonly addresses: Seats,
    { address, user, client }: Guest,
    close: (why: Leaving) => void,
  ) {
    // It may be the oldest one of its user and of its address.
    const closeOnce = (why: Leaving) => {
      const mayClose = this.#mayClose;
      this.#mayClose = false;
      if (mayClose) close(why);
    };
    this.#user = user === null ? null : new Claim(user, client, closeOnce);
    this.#address = new Claim(ownerOf(address), client, closeOnce);
  }

  /** From now on it may be told once to leave. @throws PushError `CONNECTIONS_TOO_MANY`, `CONNECTION_REPLACED` */
  enter(): void {
    const user = this.#user;
    this.#mayClose = true;
    // First: who is refused as a user takes no seat of the address, and nobody there has to leave for him.
    if (user !== null) this.users.check(user.owner, user.client);
    this.addresses.enter(this.#address);
    if (user !== null) this.users.enter(user);
  }

  /** May be called twice. */
  leave(): void {
    this.addresses.leave(this.#address);
    if (this.#user !== null) this.users.leave(this.#user);
  }
}

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

  /** A place for a connection, to enter as often as it comes; `close` is called when it has to leave for another one. */
  place(guest: Guest, close: (why: Leaving) => void): Place {
    return new Place(this.#users, this.#addresses, guest, close);
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #sweep(): void {
    this.#users.sweep();
    this.#addresses.sweep();
  }
}
