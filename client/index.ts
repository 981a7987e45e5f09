import { browserEnvironment } from './environment-browser.js';
import { type ConnectOptions, toOptions } from './options.js';
import { PushClient } from './push-client.js';

export type { ClientConnection, ClientTransport, CloseReason, Link } from '../transports/client-transport.js';
export type { Cursor } from '../transports/cursor.js';
export type { Environment } from '../transports/environment.js';
export { type ErrorCode, PushError } from '../transports/error.js';
export type { Position } from '../transports/position.js';
export type { Json, Message } from '../transports/record.js';
export type { GapNotice } from './coverage.js';
export type { ConnectOptions } from './options.js';
export type {
  ClientEvents,
  ClientState,
  OperationOptions,
  PublishOptions,
  PushClient,
  SubscribeOptions,
} from './push-client.js';
export type { Handler, Subscription } from './subscription.js';
export type { TraceEntry, TraceEvent } from './trace.js';

/**
 * Makes a client of the gateway at `address`, such as `https://example.org/push`. Returns at once and opens nothing
 * before the first subscription. Throws `BAD_REQUEST` for an address or option that makes no sense, and never for
 * reasons of the network: those come as `error` events, and the client goes on trying.
 */
export function connect(address: string, options: ConnectOptions = {}): PushClient {
  return new PushClient(address, toOptions(options).environment ?? browserEnvironment(), options);
}
