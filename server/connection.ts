import type { Socket } from 'node:net';
import type { Bye } from '../transports/record.js';
import type { Sink } from '../transports/server-transport.js';
import type { WireFormat } from '../transports/wire-format.js';
import { atTime } from './access/expiry.js';
import type { Permit } from './access/permit.js';
import type { Downlink } from './downlink.js';
import type { FanOut } from './fan-out.js';
import type { GatewaySettings } from './gateway-options.js';
import { keepAlive } from './keep-alive.js';
import type { Carried, Counted, Metrics } from './metrics.js';
import type { DownlinkRequest } from './node-log.js';

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

/** Who is at the other end. */
export interface Peer {
  /** Where it comes from, as limits and logs have it. */
  readonly address: string;
  readonly socket: Socket;
}

/** Who comes, over what. */
export interface Carriage {
  readonly transport: string;
  readonly peer: Peer;
  readonly client: string | null;
  readonly permit: Permit;
}

/** What a connection has to do with. */
export interface ConnectionOptions {
  readonly settings: GatewaySettings;
  readonly fanOut: FanOut;
  readonly metrics: Metrics;
  /** Told of each; whoever wants to know more has it made. */
  readonly connected: (make: () => ConnectionInfo) => void;
  readonly disconnected: (make: () => ConnectionInfo & { readonly messages: number }) => void;
}

const NOTHING: Carried = { messages: 0, gaps: 0, isFull: false, hasStalled: false };

/**
 * What carries a downlink, counted, logged and told to the application from its beginning to its end, and then perhaps the
 * next one. It lives as long as its stream or its course of polls, and holds nothing of a request.
 */
export class Connection implements Counted {
  readonly transport: string;
  carried: Carried = NOTHING;
  readonly #options: ConnectionOptions;
  readonly #client: string | null;
  readonly #user: string | null;
  readonly #expiresAt: number;
  readonly #address: string;
  readonly #socket: Socket;
  #downlink: Downlink | null = null;
  /** What had been written to the socket when this began. */
  #before = 0;
  /** Cancels the end of its access. */
  #stay: (() => void) | null = null;

  constructor(options: ConnectionOptions, { transport, peer, client, permit }: Carriage) {
    this.#options = options;
    this.transport = transport;
    this.#client = client;
    this.#user = permit.user;
    this.#expiresAt = permit.expiresAt;
    this.#address = peer.address;
    this.#socket = peer.socket;
  }

  get bytes(): number {
    return this.#socket.bytesWritten - this.#before;
  }

  /** Opens its downlink, where one has gone for the same channels and the same sink: once more. */
  open(asked: DownlinkRequest, sink: Sink<unknown>): Downlink {
    const { settings, metrics, connected } = this.#options;
    const transport = this.transport;
    const client = this.#client;
    const address = this.#address;
    const downlink = this.#downlinkOf(asked, sink);
    this.#begin(downlink);
    this.#stay = atTime(this.#expiresAt, () => {
      // An answer that is complete with one packet needs no farewell: the next request will be refused.
      if (sink.single === true) downlink.flush();
      else downlink.end(EXPIRED);
    });
    metrics.opened(this);
    settings.logger.debug({ transport, client, address }, 'connected');
    connected(() => ({ transport, client, user: this.#user, channels: [...asked.channels.keys()], address }));
    return downlink;
  }

  /** Reads once, and is counted until it is {@link over}. */
  async read<Packet>(asked: DownlinkRequest, format: WireFormat<Packet>, hello: boolean): Promise<Packet> {
    const { fanOut, metrics } = this.#options;
    this.#begin(NOTHING);
    metrics.opened(this);
    const { packet, messages, gaps } = await fanOut.once(asked, format, hello);
    this.carried = { ...NOTHING, messages, gaps };
    return packet;
  }

  /** What was read is out, or nobody is there for it. May be told twice. */
  over(): void {
    this.#options.metrics.ended(this);
  }

  #downlinkOf(asked: DownlinkRequest, sink: Sink<unknown>): Downlink {
    const { settings, fanOut } = this.#options;
    if (this.#downlink !== null && fanOut.reopen(this.#downlink, asked, sink)) return this.#downlink;
    keepAlive(this.#socket, settings.transport.heartbeatMs);
    this.#downlink = fanOut.open(asked, sink, () => this.#ended());
    return this.#downlink;
  }

  #begin(carried: Carried): void {
    this.carried = carried;
    this.#before = this.#socket.bytesWritten;
  }

  #ended(): void {
    const { settings, metrics, disconnected } = this.#options;
    const { transport } = this;
    const client = this.#client;
    const address = this.#address;
    const { messages, hasStalled } = this.carried;
    metrics.ended(this);
    this.#stay?.();
    if (hasStalled) settings.logger.warn({ transport, client, address }, 'closed a reader that took nothing');
    settings.logger.debug({ transport, client, address, messages }, 'disconnected');
    disconnected(() => ({
      transport,
      client,
      user: this.#user,
      channels: this.#downlink?.channels ?? [],
      address,
      messages,
    }));
  }
}
