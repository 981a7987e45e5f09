import type { Bye } from '../transports/record.js';
import type { Sink } from '../transports/server-transport.js';
import type { WireFormat } from '../transports/wire-format.js';
import type { Permit } from './access/permit.js';
import { spared } from './author.js';
import { type Carriage, Connection, type ConnectionOptions, type Peer } from './connection.js';
import type { Downlink } from './downlink.js';
import type { Crowd, Place } from './limits/crowd.js';
import type { Leaving } from './limits/seats.js';
import type { DownlinkRequest } from './node-log.js';

/** What is said to who has to leave. Without a time to come back where the client's place is taken. */
const LEAVING: Readonly<Record<Leaving, Bye>> = {
  replaced: { type: 'bye', reason: 'another client of the same user or address has come' },
  'crowded-out': { type: 'bye', reason: 'the client has opened too many newer connections', retryMs: 10_000 },
};

/** What is on a connection, once that is known. Closures that live as long as it hold this, and so not its request. */
export interface DownlinkSlot {
  downlink: Downlink | null;
}

/** What a seat is taken for: a response, a socket, a poll. */
export interface Carrier {
  /** Cuts its connection. */
  destroy(): void;
  /** Calls back when it is over. */
  onOver(listener: () => void): void;
}

/** What connections have to do with. */
export interface ConnectionsOptions extends ConnectionOptions {
  readonly crowd: Crowd;
}

/**
 * The connections that carry a downlink, from the seat that each takes to its end: within the limits, until its access
 * expires, counted, logged and told to the application. Each end is told once, and what is kept of a connection until then
 * holds nothing of its request.
 */
export class Connections {
  readonly #options: ConnectionsOptions;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Takes a seat until its carrier is over; returns the place for its downlink. @throws PushError */
  seat(peer: Peer, carrier: Carrier, client: string | null, permit: Permit): DownlinkSlot {
    const slot: DownlinkSlot = { downlink: null };
    const place = this.place(peer, carrier, client, permit, slot);
    if (place === null) return slot;
    place.enter();
    carrier.onOver(() => place.leave());
    return slot;
  }

  /** The seats of one that comes and goes, whose downlink is always in the same slot; `null` where nobody is counted. */
  place(
    { address }: Peer,
    carrier: Pick<Carrier, 'destroy'>,
    client: string | null,
    { user }: Permit,
    slot: DownlinkSlot,
  ): Place | null {
    const { crowd, metrics } = this.#options;
    if (!crowd.isLimited) return null;
    return crowd.place({ address, user, client }, (why) => {
      if (why === 'replaced') metrics.refused('CONNECTION_REPLACED');
      else metrics.crowdedOut.inc();
      if (slot.downlink === null) carrier.destroy();
      else slot.downlink.end(LEAVING[why]);
    });
  }

  /** Carries a downlink, or one after the other. */
  carry(carriage: Carriage): Connection {
    return new Connection(this.#options, carriage);
  }

  /** Reads once, and counts it as a downlink until its carrier is over. */
  read<Packet>(
    transport: string,
    asked: DownlinkRequest,
    peer: Peer,
    carrier: Pick<Carrier, 'onOver'>,
    format: WireFormat<Packet>,
    permit: Permit,
    hello: boolean,
  ): Promise<Packet> {
    const connection = this.carry({ transport, peer, client: asked.client, permit });
    carrier.onOver(() => connection.over());
    return connection.read(spared(asked, permit), format, hello);
  }

  /** Opens the downlink of a connection that has its seat. */
  open(
    slot: DownlinkSlot,
    transport: string,
    asked: DownlinkRequest,
    peer: Peer,
    sink: Sink<unknown>,
    permit: Permit,
  ): Downlink {
    slot.downlink = this.carry({ transport, peer, client: asked.client, permit }).open(spared(asked, permit), sink);
    return slot.downlink;
  }
}
