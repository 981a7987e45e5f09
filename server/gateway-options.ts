import { PushError } from '../transports/error.js';
import type { ServerTransport, TransportSettings } from '../transports/server-transport.js';
import type { Authorize } from './access/access.js';
import type { Bus, Retention } from './bus/bus.js';
import { Addresses } from './limits/addresses.js';
import type { Limits } from './limits/limits.js';
import { DEFAULT_LIMITS } from './limits/limits.js';
import type { FullPolicy } from './limits/seats.js';
import type { Logger } from './logger.js';
import { guardedLogger, guardOnce, SILENT } from './logger.js';

/** Options of `createGateway`; every one has a default. */
export interface GatewayOptions {
  /** The log. @default a `MemoryBus`, which the gateway then closes itself */
  readonly bus?: Bus;
  /** What the default bus keeps. Give a bus of your own its retention itself. */
  readonly retention?: Partial<Retention>;
  /**
   * Where `attach` finds the gateway's paths. An Express app says it with `app.use(path, gateway.handler)` for requests, and
   * has to say it here for upgrades. @default '/push'
   */
  readonly path?: string;
  /**
   * The transports on offer: names from the catalog, and transports of your own. @default the whole catalog
   */
  readonly transports?: readonly (string | ServerTransport)[];
  /**
   * Web origins whose pages may use the gateway, such as `https://example.org`; its own always may.
   * `*` lets everybody in, without cookies. @default []
   */
  readonly origins?: readonly string[];
  /**
   * Names of hosts under which the gateway may be asked, such as `push.example.org`, or `*.example.org` for all below it;
   * addresses such as `127.0.0.1` always may. Set it where the network is what protects the gateway, against pages that
   * give a name of their own its address (DNS rebinding). @default any
   */
  readonly hosts?: readonly string[];
  /**
   * Says what the sender of each request and upgrade may do; {@link jwt} makes one for JSON Web Tokens.
   * @default everybody may do everything
   */
  readonly authorize?: Authorize;
  /** What is refused as too much. */
  readonly limits?: Partial<Limits>;
  /**
   * Who has to go when a user or an address has as many clients here as are allowed: the new one is refused and may come
   * back later, or the oldest one is closed for good. @default 'refuse'
   */
  readonly whenFull?: FullPolicy;
  /**
   * Proxies whose header `X-Forwarded-For` says where a request comes from: addresses, networks such as `10.0.0.0/8`, or
   * `loopback`, `linklocal`, `uniquelocal`, or `unix` for who comes over a Unix socket. Name them when limits by address
   * are set. @default []
   */
  readonly trustedProxies?: readonly string[];
  /** How long the body of a POST or one WebSocket frame may take to arrive, in milliseconds. @default 20_000 */
  readonly bodyTimeoutMs?: number;
  /** A stream is never quiet for longer, in milliseconds. Stay below your proxies' idle time-outs. @default 25_000 */
  readonly heartbeatMs?: number;
  /** The longest that a long-poll waits, in milliseconds. @default 25_000 */
  readonly maxWaitMs?: number;
  /** A reader that takes nothing for so long is closed, in milliseconds. @default 60_000 */
  readonly stalledMs?: number;
  /**
   * Channels of which a reader that is behind gets only the latest: patterns, in which `*` stands for any text. The last
   * message comes, with a gap for those before it. Who keeps up gets every message, as on other channels. @default []
   */
  readonly latestOnly?: readonly string[];
  /** An iframe's document is renewed after so many bytes. @default 4_194_304 */
  readonly renewBytes?: number;
  /** What an EventSource is told to wait before it reconnects, in milliseconds. @default 2_000 */
  readonly retryMs?: number;
  /** The longest that a method may take, in milliseconds. @default 30_000 */
  readonly callTimeoutMs?: number;
  /**
   * A gateway that closes says so by `health` alone for this time, and serves everybody as before, so that a load balancer
   * can stop sending clients to it first. Give it somewhat more than the balancer needs to notice, in milliseconds. @default 0
   */
  readonly noticeMs?: number;
  /** When the gateway closes, its clients come back spread over this time, in milliseconds. @default 2_000 */
  readonly drainMs?: number;
  /** Told what happens, in levels; a pino logger fits. What it throws is kept from everybody else. @default nothing is told */
  readonly logger?: Logger;
  /**
   * Told what went wrong inside: a method or the bus threw. What it throws itself is kept from everybody else.
   * @default the logger, or without one console.error
   */
  readonly onError?: (error: unknown) => void;
}

/** The options with every default filled in, in the form in which the gateway's parts want them. */
export interface GatewaySettings {
  readonly path: string;
  readonly limits: Limits;
  readonly transport: TransportSettings;
  readonly whenFull: FullPolicy;
  readonly addresses: Addresses;
  readonly stalledMs: number;
  readonly latestOnly: readonly string[];
  readonly bodyTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly noticeMs: number;
  readonly drainMs: number;
  readonly logger: Logger;
  readonly onError: (error: unknown) => void;
}

/** Limits that need not be one. */
const UNLIMITED: ReadonlySet<string> = new Set(['connectionsPerUser', 'connectionsPerAddress', 'publishesPerSecond']);

/** A text has elements as well, and would be taken for as many names as it has letters. */
const LISTS = ['transports', 'origins', 'hosts', 'trustedProxies', 'latestOnly'] as const;

/** @throws PushError `BAD_REQUEST` for a value that makes no sense */
export function settingsOf(options: GatewayOptions): GatewaySettings {
  for (const name of LISTS) {
    const value: unknown = options[name];
    if (value !== undefined && !Array.isArray(value)) throw new PushError('BAD_REQUEST', `"${name}" is an array.`);
  }
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  for (const [name, value] of Object.entries(limits)) {
    if (value !== Number.POSITIVE_INFINITY || !UNLIMITED.has(name)) positive(`limits.${name}`, value);
  }
  const { whenFull = 'refuse' } = options;
  const guard = guardOnce();
  const bodyTimeoutMs = duration('bodyTimeoutMs', options.bodyTimeoutMs ?? 20_000);
  if (whenFull !== 'refuse' && whenFull !== 'close-oldest') {
    throw new PushError('BAD_REQUEST', `"whenFull" is "refuse" or "close-oldest", not "${whenFull}".`);
  }
  return {
    path: basePath(options.path ?? '/push'),
    limits,
    transport: {
      heartbeatMs: duration('heartbeatMs', options.heartbeatMs ?? 25_000),
      maxWaitMs: duration('maxWaitMs', options.maxWaitMs ?? 25_000),
      renewBytes: positive('renewBytes', options.renewBytes ?? 4 * 1024 * 1024),
      retryMs: duration('retryMs', options.retryMs ?? 2_000),
      frameBytes: limits.bodyBytes,
      frameTimeoutMs: bodyTimeoutMs,
    },
    whenFull,
    addresses: new Addresses(options.trustedProxies ?? []),
    stalledMs: duration('stalledMs', options.stalledMs ?? 60_000),
    latestOnly: options.latestOnly ?? [],
    bodyTimeoutMs,
    callTimeoutMs: duration('callTimeoutMs', options.callTimeoutMs ?? 30_000),
    noticeMs: durationOrNone('noticeMs', options.noticeMs ?? 0),
    drainMs: durationOrNone('drainMs', options.drainMs ?? 2_000),
    logger: options.logger === undefined ? SILENT : guardedLogger(options.logger, guard),
    onError: onceForAll(guard(options.onError ?? reporter(options.logger))),
  };
}

function reporter(logger: Logger | undefined): (error: unknown) => void {
  if (logger !== undefined) return (err) => logger.error({ err }, 'something broke inside');
  return (error) => console.error(error);
}

/** What is not there may be why many are refused, all with one error: that is told once. */
function onceForAll(tell: (error: unknown) => void): (error: unknown) => void {
  const told = new WeakSet<PushError>();
  return (error) => {
    if (error instanceof PushError && error.code === 'UNAVAILABLE') {
      if (told.has(error)) return;
      told.add(error);
    }
    tell(error);
  };
}

/**
 * Begins with a slash and ends without one; the root is the empty text.
 *
 * @throws PushError `BAD_REQUEST`
 */
export function basePath(path: string): string {
  if (!/^(?:\/[A-Za-z0-9._~-]+)*\/?$/.test(path)) {
    throw new PushError('BAD_REQUEST', `"${path}" is not a path; write it as /push.`);
  }
  return path.replace(/\/$/, '');
}

function positive(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new PushError('BAD_REQUEST', `"${name}" is a number above 0, not ${value}.`);
}

function durationOrNone(name: string, value: number): number {
  return value === 0 ? 0 : duration(name, value);
}

/** The longest that a timer of Node can wait; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

function duration(name: string, value: number): number {
  if (positive(name, value) <= LONGEST_MS) return value;
  throw new PushError('BAD_REQUEST', `"${name}" is at most ${LONGEST_MS} milliseconds.`);
}
