import type { Environment } from './environment.js';
import type { DownlinkRecord } from './record.js';

/** The client half of a transport. */
export interface ClientTransport {
  /** As in the catalog and in the path. */
  readonly name: string;
  /** Whether it keeps an HTTP connection busy for as long as it is open. @default false */
  readonly holds?: boolean;
  /** Why it cannot work here, in words for people; `null` when it can. */
  missing(environment: Environment): string | null;
  /** Opens a downlink. MUST NOT call back before it has returned. */
  open(link: Link): ClientConnection;
}

/** What the client hands to a half for the life of one connection. */
export interface Link {
  readonly environment: Environment;
  readonly settings: LinkSettings;
  /** The address to ask, with the channels and positions as they are now: MUST be asked anew for every request. */
  address(extra?: Readonly<Record<string, string>>): string;
  /**
   * What a request that cannot carry headers says in its query instead: to be handed to `address`. A token ends up in
   * the logs of proxies there, so a request that can carry headers MUST NOT do this.
   */
  readonly query: Readonly<Record<string, string>>;
  /**
   * Like `address`, but with no more channels than every server takes in a request's head; the client subscribes the
   * others with frames after the hello. For a half whose connection has `send`.
   */
  shortAddress(extra?: Readonly<Record<string, string>>): string;
  /**
   * For requests that can carry them: the application's own headers, and the token's, as they are now. MUST be asked anew for
   * every request, like `query`: a refusal is about the token that was asked for last.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the application has headers of its own, which only a request that can carry headers brings along. */
  readonly hasOwnHeaders: boolean;
  /**
   * Reads a body to its end, or to that of the connection, and hands on its text as it comes. A half that fetches MUST read with this:
   * where only whole records are seen, one that takes long looks like silence.
   */
  read(body: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void>;
  /** For a half that sees bytes arrive by other means than `read`: something has come, be it a part of a record only. */
  heard(): void;
  /** Hands on what arrived, in order. */
  record(record: DownlinkRecord): void;
  /** MUST be called exactly once when the connection is over, unless `close` was; nothing after it. */
  closed(reason: CloseReason): void;
}

/** What an application may set about single transports. */
export interface LinkSettings {
  /** Pause between two polls, in milliseconds. */
  readonly pollMs: number;
  /** The longest wait to ask a long-poll for, in milliseconds. */
  readonly waitMs: number;
  /** Whose cookies a request brings along: MUST go with every request (Fetch standard, "credentials mode"). */
  readonly credentials: 'include' | 'same-origin';
}

/** Why a connection ended, in words and in what follows. */
export interface CloseReason {
  /** For the trace and for people. */
  readonly detail: string;
  /** The gateway's code, where one came: see `error.ts`. */
  readonly code?: string;
  /** The HTTP status or the close code, where one was seen. */
  readonly status?: number;
  /** The channels that it is about, where it is about some of them only. */
  readonly channels?: readonly string[];
  /**
   * `false` when the gateway itself closed for good: the client does not come back. Default `true`. What only stands
   * between the two, such as a proxy, MUST NOT be taken for the gateway.
   */
  readonly retry?: boolean;
  /** How long the other side wants to be left alone, in milliseconds. */
  readonly retryMs?: number;
}

/** An open downlink. */
export interface ClientConnection {
  /** Sends one frame of operations. Only on a transport that goes both ways. */
  readonly send?: (frame: string) => void;
  /**
   * Asks again with the channels as they are now, dropping an answer that is under way. On a transport with neither
   * this nor `send`, the client opens a second connection when the channels change, and then closes the first.
   */
  readonly renew?: () => void;
  /** Ends the connection; nothing is called back afterwards. Safe to call twice. */
  close(): void;
}
