import type { Duplex } from 'node:stream';
import { RecentMap } from './recent-map.js';
import { type Cost, FREE } from './site/words/report.js';

/** A socket that counts its bytes, as TCP sockets do. */
export type CountingSocket = Duplex & { readonly bytesRead: number; readonly bytesWritten: number };

/** Lanes that are charged: of one visitor, and of all. */
const LANES = { visitor: 500, all: 5_000 };

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
  readonly #spent = new RecentMap<Cost>({
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
    return this.#spent.get(lane) ?? FREE;
  }

  #readOff(meter: Meter): void {
    const { bytesRead, bytesWritten } = meter.socket;
    const cost = { requests: 0, up: bytesRead - meter.read, down: bytesWritten - meter.written };
    meter.read = bytesRead;
    meter.written = bytesWritten;
    if (meter.lane !== null) this.#charge(meter.lane, meter.visitor, cost);
  }

  #charge(lane: string, visitor: string, { requests, up, down }: Cost): void {
    const before = this.#spent.get(lane) ?? FREE;
    const now = { requests: before.requests + requests, up: before.up + up, down: before.down + down };
    this.#spent.set(lane, now, visitor);
  }
}
