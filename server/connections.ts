import type { Socket } from 'node:net';
import type { Bye } from '../transports/record.js';
import type { Sink } from '../transports/server-transport.js';
import type { WireFormat } from '../transports/wire-format.js';
import { atTime } from './access/expiry.js';
import type { Permit } from './access/permit.js';
import { spared } from './author.js';
import type { Downlink } from './downlink.js';
import type { FanOut } from './fan-out.js';
import type { GatewaySettings } from './gateway-options.js';
import { keepAlive } from './keep-alive.js';
import type { Crowd } from './limits/crowd.js';
import type { Leaving } from './limits/seats.js';
import type { Carried, Counted, Metrics } from './metrics.js';
import type { DownlinkRequest } from './node-log.js';

/** What is said to who has to leave. Without a time to come back where the client's place is taken. */
const LEAVING: Readonly<Record<Leaving, Bye>> = {
  replaced: { type: 'bye', reason: 'another client of the same user or address has come' },
  'crowded-out': { type: 'bye', reason: 'the client has opened too many newer connections', retryMs: 10_000 },
};

/** The client comes back at once, with a new token. */
const EXPIRED: Bye = { type: 'bye', reason: 'expired', retryMs: 0 };

/** A downlink that was opened or has ended. */
export interface ConnectionInfo {
  readonly transport: string;
  /** The name that the client gave itself. */
  readonly client: string | null;
  /** Who it is, where `authorize` says so. */
  readonly user: string | null;
  readonly channels: readonly string[];
  readonly address: string;
}

/** What is on a connection, once that is known. Closures that live as long as it hold this, and so not its request. */
export interface DownlinkSlot {
  downlink: Downlink | null;
}

/** Who is at the other end. */
export interface Peer {
  /** Where it comes from, as limits and logs have it. */
  readonly address: string;
  readonly socket: Socket;
}

/** What a seat is taken for: a response, a socket, a poll. */
export interface Carrier {
  /** Cuts its connection. */
  destroy(): void;
  /** Calls back when it is over. */
  onOver(listener: () => void): void;
}

/** What connections have to do with. */
export interface ConnectionsOptions {
  readonly settings: GatewaySettings;
  readonly fanOut: FanOut;
  readonly crowd: Crowd;
  readonly metrics: Metrics;
  /** Told of each; whoever wants to know more has it made. */
  readonly connected: (make: () => ConnectionInfo) => void;
  readonly disconnected: (make: () => ConnectionInfo & { readonly messages: number }) => void;
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
  seat({ address }: Peer, carrier: Carrier, client: string | null, { user }: Permit): DownlinkSlot {
    const { crowd, metrics } = this.#options;
    const slot: DownlinkSlot = { downlink: null };
    if (!crowd.isLimited) return slot;
    const leave = crowd.enter({ address, user, client }, (why) => {
      if (why === 'replaced') metrics.refused('CONNECTION_REPLACED');
      else metrics.crowdedOut.inc();
      if (slot.downlink === null) carrier.destroy();
      else slot.downlink.end(LEAVING[why]);
    });
    carrier.onOver(leave);
    return slot;
  }

  /** Reads once, and counts it as a downlink until its carrier is over. */
  async read<Packet>(
    transport: string,
    asked: DownlinkRequest,
    { socket }: Peer,
    carrier: Pick<Carrier, 'onOver'>,
    format: WireFormat<Packet>,
    permit: Permit,
    hello: boolean,
  ): Promise<Packet> {
    const { fanOut, metrics } = this.#options;
    const counted = new Onward(transport, socket);
    metrics.opened(counted);
    carrier.onOver(() => metrics.ended(counted));
    const { packet, ...counts } = await fanOut.once(spared(asked, permit), format, hello);
    counted.carried = { ...counted.carried, ...counts };
    return packet;
  }

  /** Opens the downlink of a connection that has its seat. */
  open(
    slot: DownlinkSlot,
    transport: string,
    asked: DownlinkRequest,
    { address, socket }: Peer,
    sink: Sink<unknown>,
    permit: Permit,
  ): Downlink {
    const { settings, fanOut, metrics, connected, disconnected } = this.#options;
    const { client } = asked;
    const { user, expiresAt } = permit;
    keepAlive(socket, settings.transport.heartbeatMs);
    const counted = new Onward(transport, socket);
    const downlink = fanOut.open(spared(asked, permit), sink, () => {
      const { messages } = downlink;
      metrics.ended(counted);
      stay();
      if (downlink.hasStalled)
        settings.logger.warn({ transport, client, address }, 'closed a reader that took nothing');
      settings.logger.debug({ transport, client, address, messages }, 'disconnected');
      disconnected(() => ({ transport, client, user, channels: downlink.channels, address, messages }));
    });
    counted.carried = downlink;
    const stay = atTime(expiresAt, () => {
      // An answer that is complete with one packet needs no farewell: the next request will be refused.
      if (sink.single === true) downlink.flush();
      else downlink.end(EXPIRED);
    });
    metrics.opened(counted);
    settings.logger.debug({ transport, client, address }, 'connected');
    connected(() => ({ transport, client, user, channels: [...asked.channels.keys()], address }));
    slot.downlink = downlink;
    return downlink;
  }
}

const NOTHING: Carried = { messages: 0, gaps: 0, isFull: false, hasStalled: false };

/** What goes on over a socket from now on. */
class Onward implements Counted {
  carried: Carried = NOTHING;
  readonly #before: number;

  constructor(
    readonly transport: string,
    private readonly socket: Socket,
  ) {
    this.#before = socket.bytesWritten;
  }

  get bytes(): number {
    return this.socket.bytesWritten - this.#before;
  }
}
