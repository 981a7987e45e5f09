import type { PollExchange, PollHalf, PollReply, PollTransport, Sink } from '../../transports/server-transport.js';
import type { WireFormat } from '../../transports/wire-format.js';
import type { Permit } from '../access/permit.js';
import { spared } from '../author.js';
import type { Connection, Peer } from '../connection.js';
import type { Carrier, Connections, DownlinkSlot } from '../connections.js';
import type { GatewaySettings } from '../gateway-options.js';
import type { Place } from '../limits/crowd.js';
import type { DownlinkRequest } from '../node-log.js';

/** What polls are answered with. */
export interface CourseContext {
  readonly settings: GatewaySettings;
  readonly connections: Connections;
}

/** What a poll asks for, and for whom. */
export interface Poll {
  readonly transport: PollTransport;
  readonly query: URLSearchParams;
  readonly asked: DownlinkRequest;
  readonly from: Peer;
  readonly reply: PollReply & Carrier;
  readonly permit: Permit;
}

/**
 * Polls that ask for the same, each from where the answer of the one before it ended. What is made for the first one serves
 * the others, since most of what a poll costs is what is made for it: its place, its connection, what its half needs.
 */
export class Course implements PollExchange {
  readonly query: URLSearchParams;
  readonly settings: GatewaySettings['transport'];
  readonly reply: PollReply & Carrier;
  readonly #transport: PollTransport;
  readonly #channels: Map<string, string>;
  readonly #asked: DownlinkRequest;
  readonly #hello: boolean;
  readonly #slot: DownlinkSlot = { downlink: null };
  readonly #place: Place | null;
  readonly #connection: Connection;
  #half: PollHalf | null = null;

  constructor({ settings, connections }: CourseContext, { transport, query, asked, from, reply, permit }: Poll) {
    const { client } = asked;
    this.query = query;
    this.settings = settings.transport;
    this.reply = reply;
    this.#transport = transport;
    this.#hello = query.get('hello') === '1';
    this.#channels = new Map(asked.channels);
    this.#asked = spared({ client, channels: this.#channels }, permit);
    this.#place = connections.place(from, reply, client, permit, this.#slot);
    this.#connection = connections.carry({ transport: transport.name, peer: from, client, permit });
  }

  /** Answers the first poll. @throws PushError when nothing was answered yet */
  serve(): void | Promise<void> {
    this.#place?.enter();
    this.reply.onOver(this.#over);
    this.#half ??= this.#transport.prepare(this);
    return this.#half.serve();
  }

  /**
   * Answers one that asks from a cursor on, for all channels. Access that may end, or has to be asked for each time, is not
   * looked at here. @throws PushError when nothing was answered yet
   */
  goOn(cursor: string): void | Promise<void> {
    for (const channel of this.#channels.keys()) this.#channels.set(channel, cursor);
    return this.serve();
  }

  readonly flow = (sink: Sink<unknown>) => {
    this.#slot.downlink = this.#connection.open(this.#asked, sink);
    return this.#slot.downlink;
  };

  readonly once = <Packet>(format: WireFormat<Packet>): Promise<Packet> =>
    this.#connection.read(this.#asked, format, this.#hello);

  readonly #over = () => {
    this.#place?.leave();
    this.#half?.over?.();
    this.#connection.over();
    this.#slot.downlink = null;
  };
}
