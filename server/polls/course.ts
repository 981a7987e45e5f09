import type { PollExchange, PollReply, PollTransport, Sink } from '../../transports/server-transport.js';
import type { WireFormat } from '../../transports/wire-format.js';
import type { Permit } from '../access/permit.js';
import type { Carrier, Connections, DownlinkSlot, Peer } from '../connections.js';
import type { GatewaySettings } from '../gateway-options.js';
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
 * the others, since most of what a poll costs is what is made for it.
 */
export class Course implements PollExchange {
  readonly query: URLSearchParams;
  readonly reply: PollReply & Carrier;
  readonly #context: CourseContext;
  readonly #poll: Poll;
  readonly #channels: Map<string, string>;
  readonly #asked: DownlinkRequest;
  readonly #hello: boolean;
  #slot: DownlinkSlot = { downlink: null };

  constructor(context: CourseContext, poll: Poll) {
    this.#context = context;
    this.#poll = poll;
    this.query = poll.query;
    this.#hello = poll.query.get('hello') === '1';
    this.reply = poll.reply;
    this.#channels = new Map(poll.asked.channels);
    this.#asked = { ...poll.asked, channels: this.#channels };
  }

  get settings() {
    return this.#context.settings.transport;
  }

  /** Answers the first poll. @throws PushError when nothing was answered yet */
  serve(): void | Promise<void> {
    const { transport, from, reply, permit } = this.#poll;
    this.#slot = this.#context.connections.seat(from, reply, this.#asked.client, permit);
    return transport.serve(this);
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
    const { transport, from, permit } = this.#poll;
    return this.#context.connections.open(this.#slot, transport.name, this.#asked, from, sink, permit);
  };

  readonly once = <Packet>(format: WireFormat<Packet>): Promise<Packet> => {
    const { transport, from, reply, permit } = this.#poll;
    return this.#context.connections.read(transport.name, this.#asked, from, reply, format, permit, this.#hello);
  };
}
