import type { Position } from './position.js';
import type { Json } from './record.js';

/** Publishes a message; answered by an `ack` with the message's id. */
export interface Publish {
  readonly type: 'publish';
  readonly channel: string;
  readonly data: Json;
  /** The client's idempotency key: a repeated key has its effect once and gets the same answer. */
  readonly key?: string;
  /** `false` keeps the message from the connections of the client that published it. Default `true`. */
  readonly echo?: boolean;
}

/** Calls a function registered at the gateway; answered by a `reply`. */
export interface Call {
  readonly type: 'call';
  readonly method: string;
  readonly params: Json;
  readonly key?: string;
}

/** Adds channels to a duplex connection; answered by an `ack`, and then by what comes after their positions. */
export interface Subscribe {
  readonly type: 'subscribe';
  readonly channels: readonly string[];
  /** Where the channels start; from now on when absent. */
  readonly since?: Position;
  readonly key?: string;
}

/** Takes channels away from a duplex connection; answered by an `ack`. */
export interface Unsubscribe {
  readonly type: 'unsubscribe';
  readonly channels: readonly string[];
  readonly key?: string;
}

/** What travels up: all of them on a WebSocket, `publish` and `call` by POST. */
export type Operation = Publish | Call | Subscribe | Unsubscribe;

/** The longest idempotency key and the longest method name, in UTF-16 units. */
export const MAX_NAME_LENGTH = 200;
