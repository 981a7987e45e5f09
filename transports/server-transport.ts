import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ErrorCode, PushError } from './error.js';
import type { Bye } from './record.js';
import type { WireFormat } from './wire-format.js';

/**
 * The server half of a transport: one way of carrying "what comes after this cursor, on these channels".
 *
 * The gateway has checked host, method, origin, query and limits before a half is asked; a half neither looks at
 * cursors nor keeps messages.
 */
export type ServerTransport = RequestTransport | PollTransport | UpgradeTransport;

/**
 * A transport that answers a GET request, at once or for as long as it lasts. It is asked for HEAD in the same way: what it
 * writes as a head goes out, the body does not, and the gateway ends the answer when a stream would begin.
 */
export interface RequestTransport {
  /** The last part of its path: `/push/<name>`. */
  readonly name: string;
  readonly carries: 'request';
  /** Its response goes on until the connection ends, so that it may be given the socket ({@link RequestExchange.release}). */
  readonly isStream?: boolean;
  /** MUST answer the request, or throw before it has written anything. */
  serve(exchange: RequestExchange): void | Promise<void>;
}

/**
 * A transport that answers each GET request with one packet: at once, or as soon as there is one. What it sees of a request
 * is little, so that the gateway may answer most of them without Node's HTTP machine.
 */
export interface PollTransport {
  readonly name: string;
  readonly carries: 'poll';
  /** Reads what is asked for. What it returns answers this poll, and all that ask for the same on the same connection. */
  prepare(exchange: PollExchange): PollHalf;
}

/** Answers polls, one after the other. What is made for the first one SHOULD serve all: there are many. */
export interface PollHalf {
  /** MUST answer one poll, or throw before it has answered. Not called again before that is over. */
  serve(): void | Promise<void>;
  /** The poll is over, answered or not; called once for each. */
  over?(): void;
}

/** A transport that takes over the socket of an HTTP upgrade. */
export interface UpgradeTransport {
  readonly name: string;
  readonly carries: 'upgrade';
  /** MUST take the socket over, or destroy it, or throw before it has written anything. */
  accept(exchange: UpgradeExchange): void | Promise<void>;
}

interface Exchange {
  readonly query: URLSearchParams;
  readonly settings: TransportSettings;
  /** Starts the downlink: from now on the sink is written to, until it says `closed` or is told to `end`. */
  flow<Packet>(sink: Sink<Packet>): Flow;
}

/** An exchange with all that is known of its request. */
interface RequestedExchange extends Exchange {
  readonly request: IncomingMessage;
  /** Whether pages of a web origin may read what this request is answered: with the rights of its cookie, or without. */
  allows(origin: string): boolean;
}

/** Reads once what comes after the position, with a `hello` if the query asks for one (`hello=1`); may be empty. */
type Once = <Packet>(format: WireFormat<Packet>) => Promise<Packet>;

/** One poll after the other, and the ways to answer each. */
export interface PollExchange extends Exchange {
  readonly reply: PollReply;
  readonly once: Once;
}

/** Where a poll is answered, once. */
export interface PollReply {
  /** Answers with a body of JSON. What many are given MUST be the same buffer: the rest of the answer is made once for all. */
  json(body: Buffer): void;
  /** Answers with an error, which the gateway does not count: a wait that ends because the gateway closes. */
  problem(error: PushError): void;
}

/** One request for a downlink, and the ways to answer it. */
export interface RequestExchange extends RequestedExchange {
  readonly response: ServerResponse;
  /**
   * For a stream whose head is written: parts the response from its socket, and returns that if the gateway has it. The
   * half then writes to the socket as HTTP has it, listens to it alone, ends it, and keeps neither request nor response.
   */
  release(): Socket | null;
  readonly once: Once;
}

/** One upgrade, with the bare socket. */
export interface UpgradeExchange extends RequestedExchange {
  readonly socket: Duplex;
  /** Bytes that came behind the request's head. */
  readonly head: Buffer;
  /**
   * Performs the operations of one frame, on the connection that {@link flow} opened, and resolves when it is the next
   * frame's turn. Answers that do not go out in their place among the messages are handed to `answer`, as lines of JSON;
   * those of calls may come later than that. `answer` MUST resolve when there is room for more or the connection is gone,
   * and MUST NOT reject. Never rejects.
   */
  perform(frame: string, answer: (lines: string) => Promise<void>): Promise<void>;
  /** Says that the half refuses what the peer has sent, and ends the connection for it: the gateway counts it. */
  refused(code: ErrorCode): void;
}

/** Where a downlink writes: one response or one socket. Implemented by a transport, called by the gateway. */
export interface Sink<Packet> {
  readonly format: WireFormat<Packet>;
  /**
   * Sends a packet. Returns `false` when the socket's buffer is past its high-water mark: the gateway then writes
   * nothing more until the half calls {@link Flow.drained}. The half MUST NOT queue.
   */
  write(packet: Packet): boolean;
  /**
   * The gateway ends the connection, and writes nothing more. MUST send the bye if there is still room for it, and
   * close; {@link Flow.closed} follows when the connection is gone.
   */
  end(bye: Bye): void;
  /**
   * A number that changes whenever the reader has taken something (`takenOf` has it of a socket), so that a slow one is
   * told from one that takes nothing. Without it, what is in the buffer has to go within the gateway's `stalledMs`.
   */
  taken?(): number;
  /** `true` for an answer that carries one packet and is over: no hello of its own, no heartbeats. */
  readonly single?: boolean;
}

/** The gateway's side of a downlink, for the half that carries it. */
export interface Flow {
  /** There is room again: the gateway reads on from where it stopped. */
  drained(): void;
  /** The connection is gone. MUST be called, however it ended, {@link Sink.end} included; nothing is written afterwards. */
  closed(): void;
  /** Answers at once with what there is, be it nothing. For a single-packet answer whose time is up. */
  flush(): void;
}

/** What the halves need to know of the gateway's options. */
export interface TransportSettings {
  /** A stream is never quiet for longer, in milliseconds. */
  readonly heartbeatMs: number;
  /** The longest that a long-poll waits, in milliseconds. */
  readonly maxWaitMs: number;
  /** An iframe's document is renewed after so many bytes. */
  readonly renewBytes: number;
  /** What an EventSource is told to wait before it reconnects, in milliseconds. */
  readonly retryMs: number;
  /** The largest frame or body that a client may send, in bytes. */
  readonly frameBytes: number;
  /** How long such a frame may take to arrive, in milliseconds. */
  readonly frameTimeoutMs: number;
}
