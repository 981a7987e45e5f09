/**
 * `pushgate`: the gateway.
 *
 * @packageDocumentation
 */

export type { ErrorCode } from '../transports/error.js';
export { PushError } from '../transports/error.js';
export type { Json, Message } from '../transports/record.js';
export type { Access, AccessRequest, Authorize, Grant } from './access/access.js';
export type { JwtAlgorithm, JwtOptions } from './access/jwt.js';
export { jwt } from './access/jwt.js';
export type {
  Bus,
  Draft,
  Entry,
  EvictionReason,
  Evictions,
  Following,
  Hole,
  LogSize,
  Page,
  ReadRequest,
  Receipt,
  Retention,
} from './bus/bus.js';
export { DEFAULT_RETENTION, EARLIEST } from './bus/bus.js';
export type { FileBusOptions } from './bus/file/file-bus.js';
export { FileBus } from './bus/file/file-bus.js';
export type { MemoryBusOptions } from './bus/memory-bus.js';
export { MemoryBus } from './bus/memory-bus.js';
export type { ConnectionInfo } from './connection.js';
export type { AttachOptions, Gateway, GatewayEvents, PublishOptions } from './gateway.js';
export { createGateway } from './gateway.js';
export type { GatewayOptions } from './gateway-options.js';
export type { Limits } from './limits/limits.js';
export { DEFAULT_LIMITS } from './limits/limits.js';
export type { FullPolicy } from './limits/seats.js';
export type { Logger } from './logger.js';
export { watchUpgrades } from './upgrades.js';
export type { Caller, Method } from './uplink.js';
