import type { Duplex } from 'node:stream';
import { RecentMap } from './recent-map.js';
import { bytesOf, type Cost, FREE } from './site/words/report.js';

/** A socket that counts its bytes, as TCP sockets do. */
export type CountingSocket = Duplex & { readonly bytesRead: number; readonly bytesWritten: number };

/** Lanes that are charged: of one visitor, and of all. */
const LANES = { visitor: 500, all: 5_000 };

/** What a connection begins with is called so on the wire of every transport, and is there before any message. */
const GREETING = 'hello';

/** What a lane has cost, and what of it until its first greeting was written; `null` before that. */
interface Spent {
  readonly cost: Cost;
  readonly opening: number | null;
}

const UNKNOWN: Spent = { cost: FREE, opening: null };

/** How far the bytes of one socket have been charged, and to whom the next ones go. */
interface Meter {
  readonly socket: CountingSocket;
  lane: string | null;
  visitor: string;
  read: number;
  written: number;
}

/**
 * What each lane has cost, read off the sockets.
 *
 * A browser sends the requests of all its lanes over a few shared sockets, one request after the other. So bytes are
 * charged per request: to its lane goes what the socket has moved since the request before it ended, which takes in
 * the head of the request. Streams have no end to wait for, and are read off when somebody asks.
 */
export class Costs {
  readonly #spent = new RecentMap<Spent>({
    count: LANES.all,
    each: LANES.visitor,
    ageMs: 15 * 60_000,
  });
  readonly #meters = new WeakMap<Duplex, Meter>();
  /** The sockets that carry a lane's request now. */
  readonly #running = new Set<Meter>();

  /**
   * A request or an upgrade has arrived on a socket, from a visitor's lane or from nobody in particular. Returns how to say
   * that it is over.
   */
  begin(lane: string | null, socket: CountingSocket, visitor: string): () => void {
    const meter = this.#meters.get(socket) ?? { socket, lane: null, visitor, read: 0, written: 0 };
    this.#meters.set(socket, meter);
    meter.lane = lane;
    meter.visitor = visitor;
    if (lane !== null) {
      this.#charge(lane, visitor, { requests: 1, up: 0, down: 0 });
      this.#running.add(meter);
    }
    return () => {
      this.#readOff(meter);
      this.#running.delete(meter);
      meter.lane = null;
    };
  }

  /** What a lane has cost up to now; one that is not known has cost nothing. */
  of(lane: string): Cost {
    for (const meter of this.#running) if (meter.lane === lane) this.#readOff(meter);
    return this.#spentBy(lane).cost;
  }

  /** Bytes both ways that it took to open a lane for the first time, its greeting included; `null` before that. */
  openingOf(lane: string): number | null {
    return this.#spentBy(lane).opening;
  }

  /** Something has been written to a socket. What its lane has cost up to the first greeting is what it took to open it. */
  written(socket: Duplex, bytes: () => Buffer): void {
    const { lane = null, visitor = '' } = this.#meters.get(socket) ?? {};
    if (lane === null || this.openingOf(lane) !== null || !bytes().includes(GREETING)) return;
    const cost = this.of(lane);
    this.#spent.set(lane, { cost, opening: bytesOf(cost) }, visitor);
  }

  #spentBy(lane: string): Spent {
    return this.#spent.get(lane) ?? UNKNOWN;
  }

  #readOff(meter: Meter): void {
    const { bytesRead, bytesWritten } = meter.socket;
    const cost = { requests: 0, up: bytesRead - meter.read, down: bytesWritten - meter.written };
    meter.read = bytesRead;
    meter.written = bytesWritten;
    if (meter.lane !== null) this.#charge(meter.lane, meter.visitor, cost);
  }

  #charge(lane: string, visitor: string, { requests, up, down }: Cost): void {
    const { cost, opening } = this.#spentBy(lane);
    const now = { requests: cost.requests + requests, up: cost.up + up, down: cost.down + down };
    this.#spent.set(lane, { cost: now, opening }, visitor);
  }
}
