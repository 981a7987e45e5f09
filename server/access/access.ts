import type { IncomingMessage } from 'node:http';

/** Channel names or names of methods, with `*` for any text: `chat.*`, `*`. What fits none of them is not granted. */
export type Grant = readonly string[];

/** What somebody may do. What is absent is not granted, except that who may subscribe to a channel may read its history. */
export interface Access {
  /** Who it is: limits are counted by user, and methods are told. */
  readonly user?: string;
  /** When this ends, in milliseconds since 1970: connections are then closed and have to be authorized anew. @default never */
  readonly expiresAt?: number;
  /** Channels whose messages may be received, those that the log still has included: a cursor can lie anywhere. @default [] */
  readonly subscribe?: Grant;
  /** Channels on which messages may be published. @default [] */
  readonly publish?: Grant;
  /** Channels of which pages of the history may be read, without a subscription. @default `subscribe` */
  readonly history?: Grant;
  /** Methods that may be called. @default [] */
  readonly methods?: Grant;
  /** Whether the metrics may be read. @default false */
  readonly metrics?: boolean;
  /**
   * Whether it was a cookie that said who it is. A browser sends cookies along with whatever any page asks for, so then
   * the page's origin has to be one that is allowed by name, and a request that changes something has to say it.
   * @default false
   */
  readonly byCookie?: boolean;
}

/** A request that wants to be let in. */
export interface AccessRequest {
  /** Its method, headers and socket. The path is relative to the gateway's. */
  readonly request: IncomingMessage;
  /** The transport or route: `sse`, `uplink`, `channels`, `metrics`, … */
  readonly name: string;
  readonly query: URLSearchParams;
}

/**
 * Says what the sender of a request may do. Throws a `PushError` to let nobody in: `UNAUTHORIZED` (401) for somebody who
 * should say who he is, `TOKEN_EXPIRED` (401) for one who should ask for a new token, `FORBIDDEN` (403) for one who may
 * not come at all, `UNAVAILABLE` (503) when there is no telling at the moment; the latter is reported when it has a `cause`,
 * once for each error, however often that is thrown. Whatever else it throws is reported and answered with a 500.
 */
export type Authorize = (request: AccessRequest) => Access | Promise<Access>;
