import { PushError } from '../../transports/error.js';
import { RecentKeys } from '../bus/recent-keys.js';

/** What happens when somebody comes for whom there is no seat: he is refused, or his oldest client has to leave. */
export type FullPolicy = 'refuse' | 'close-oldest';

/** Why a connection has to leave: for another client, or for a newer connection of its own client. */
export type Leaving = 'replaced' | 'crowded-out';

/** Options of {@link Seats}. */
export interface SeatsOptions {
  /** Clients of one owner at a time; `Infinity` for as many as they like. */
  readonly most: number;
  readonly whenFull: FullPolicy;
  /** What an owner is, for people: `user`, `address`. */
  readonly owner: string;
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number;
}

/**
 * Connections that one client has at most. One that tries every transport while it has a connection and asks why another one
 * was refused has seven for a moment.
 */
const CONNECTIONS = 8;
/** A client that polls keeps its seat for so long after a request; as long as the slowest poll that one would expect. */
const KEPT_MS = 30_000;
/** For so long a client that had to leave is told so when it comes again, in milliseconds. */
const REPLACED_MS = 10 * 60_000;
const REPLACED = 10_000;
/** Asking again may help after so long, in milliseconds: somebody else may have left. */
const RETRY_MS = 10_000;

type Close = (why: Leaving) => void;

/** What one connection asks a seat with, as often as it comes. */
export class Claim {
  /** Under which its seat is found. */
  readonly key: string | symbol;
  /** The one that it has or shares; {@link Seats} sets it. */
  seat: Seat | null = null;

  constructor(
    readonly owner: string,
    readonly client: string | null,
    readonly close: Close,
  ) {
    this.key = client ?? Symbol('a connection');
  }
}

/** One client of an owner, with all its connections. */
interface Seat {
  /** In the order in which they came. */
  readonly connections: Claim[];
  /** When its last connection ended; `null` while there is one. */
  emptySince: number | null;
}

/**
 * Who is here, by whom they belong to: how many clients a user or an address has at the same time.
 *
 * It is clients that are counted and not connections, as a client that changes its transport has two for a moment, and
 * one that polls has none in between. A client without a name is as many clients as it has connections.
 *
 * The name is the client's own word, so a seat has only so many connections. Beyond that its oldest one is closed, and the new
 * one is not refused: the old ones may be dead without anybody having noticed, and a client must not be locked out by those.
 */
export class Seats {
  /** By owner and then by client, in the order in which they came. */
  readonly #owners = new Map<string, Map<string | symbol, Seat>>();
  readonly #replaced: RecentKeys<true>;

  constructor(private readonly options: SeatsOptions) {
    this.#replaced = new RecentKeys({ count: REPLACED, ageMs: REPLACED_MS, now: options.now });
  }

  /** How many clients are here. */
  get taken(): number {
    let taken = 0;
    for (const seats of this.#owners.values()) taken += seats.size;
    return taken;
  }

  /**
   * Whether there is a seat for one more connection, or would be one. Changes nothing for anybody.
   *
   * @throws PushError `CONNECTIONS_TOO_MANY` when all are taken, `CONNECTION_REPLACED` for a client that had to leave
   */
  check(owner: string, client: string | null): void {
    const { most, whenFull } = this.options;
    if (most === Number.POSITIVE_INFINITY) return;
    if (client !== null && this.#replaced.get(nameOf(owner, client))) throw this.#replacedError();
    const seats = this.#owners.get(owner);
    if (whenFull === 'close-oldest' || seats === undefined || (client !== null && seats.has(client))) return;
    if (seats.size >= most) this.#sweep(owner, seats);
    if (seats.size >= most) throw this.#fullError();
  }

  /**
   * Takes a seat for a connection that is not here, or shares the seat that its client has. It is closed when it has to leave, once
   * at most each time.
   *
   * @throws PushError what {@link check} throws
   */
  enter(claim: Claim): void {
    if (this.options.most === Number.POSITIVE_INFINITY) return;
    const { owner, client, key } = claim;
    this.check(owner, client);
    const seats = this.#owners.get(owner) ?? new Map<string | symbol, Seat>();
    const taken = seats.get(key);
    if (taken === undefined) this.#makeRoom(owner, seats);
    const seat = taken ?? { connections: [claim], emptySince: null };
    if (taken === undefined) seats.set(key, seat);
    else taken.connections.push(claim);
    // It may be the first of its owner, or room was made by the leaving of all the others.
    if (seats.size === 1) this.#owners.set(owner, seats);
    claim.seat = seat;
    seat.emptySince = null;
    if (seat.connections.length > CONNECTIONS) closeOldest(seat);
  }

  /** Gives the seat back; may be called twice. */
  leave(claim: Claim): void {
    const { owner, client, key, seat } = claim;
    claim.seat = null;
    if (seat === null) return;
    const { connections } = seat;
    const at = connections.indexOf(claim);
    if (at < 0) return;
    connections.splice(at, 1);
    if (connections.length > 0) return;
    seat.emptySince = this.options.now();
    const seats = client === null ? this.#owners.get(owner) : undefined;
    if (seats?.get(key) === seat) this.#leave(owner, seats, key);
  }

  /** Gives back the seats of clients that have not come again. */
  sweep(): void {
    for (const [owner, seats] of this.#owners) this.#sweep(owner, seats);
  }

  #makeRoom(owner: string, seats: Map<string | symbol, Seat>): void {
    const { most } = this.options;
    if (seats.size >= most) this.#sweep(owner, seats);
    for (const [client, seat] of seats) {
      if (seats.size < most) return;
      if (typeof client === 'string') this.#replaced.set(nameOf(owner, client), true);
      this.#leave(owner, seats, client);
      // Each takes itself off the list.
      for (const { close } of [...seat.connections]) close('replaced');
    }
  }

  #sweep(owner: string, seats: Map<string | symbol, Seat>): void {
    const since = this.options.now() - KEPT_MS;
    for (const [client, { emptySince }] of seats) {
      if (emptySince !== null && emptySince < since) this.#leave(owner, seats, client);
    }
  }

  #leave(owner: string, seats: Map<string | symbol, Seat>, client: string | symbol): void {
    seats.delete(client);
    if (seats.size === 0 && this.#owners.get(owner) === seats) this.#owners.delete(owner);
  }

  #fullError(): PushError {
    const { most, owner } = this.options;
    const clients = most === 1 ? 'one client' : `${most} clients`;
    return new PushError(
      'CONNECTIONS_TOO_MANY',
      `This ${owner} has ${clients} here already; close one and come back.`,
      {
        retryMs: RETRY_MS,
      },
    );
  }

  #replacedError(): PushError {
    const { most, owner } = this.options;
    return new PushError(
      'CONNECTION_REPLACED',
      `Another client of this ${owner} has come, and ${most} may be here at a time. Connect anew to take its place.`,
    );
  }
}

function closeOldest({ connections }: Seat): void {
  connections.shift()?.close('crowded-out');
}

/** Clients have no line breaks in their names, so that it is unambiguous. */
function nameOf(owner: string, client: string): string {
  return `${client}\n${owner}`;
}
