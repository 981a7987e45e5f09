/**
 * `pushgate/transports`: the words of the wire and the two contracts, for people who write a transport of their own
 * or a client in another language.
 *
 * @packageDocumentation
 */
export { catalog } from './catalog.js';
export { channelFault, MAX_CHANNEL_BYTES, RESERVED_PREFIX } from './channel.js';
export type { ClientConnection, ClientTransport, CloseReason, Link, LinkSettings } from './client-transport.js';
export { CLOSE, mayComeBack } from './close.js';
export type { Cursor, LogPosition } from './cursor.js';
export { epochOf, formatCursor, isAfter, parseCursor } from './cursor.js';
export type * from './environment.js';
export type { ErrorCode } from './error.js';
export { ERROR_STATUS, isErrorCode, PushError } from './error.js';
export type { Call, Operation, Publish, Subscribe, Unsubscribe } from './operation.js';
export type { Position } from './position.js';
export { isPosition, toQuery } from './position.js';
export { readProblem } from './problem.js';
export type * from './record.js';
export { isMessage, messageText, parsePollAnswer, parseRecord } from './record.js';
export type * from './server-transport.js';
export type { EncodedMessage, PacketContent, WireFormat } from './wire-format.js';
