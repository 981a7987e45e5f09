import { catalog } from '../transports/catalog.js';
import type { ClientTransport } from '../transports/client-transport.js';
import { type Environment, LONGEST_TIMER_MS } from '../transports/environment.js';
import { PushError } from '../transports/error.js';
import type { TokenSource } from './credentials.js';
import { isHalf } from './halves.js';

/** What an application may set. Every time is in milliseconds, at most 2^31 - 1 (24 days); more counts as that. */
export interface ConnectOptions {
  /**
   * The transports to use, best first.
   * @default every transport of the catalog, in its order, and then those of `halves`
   */
  readonly transports?: readonly string[];
  /** Client halves of transports that do not come with this package. One named like a built-in replaces it. */
  readonly halves?: readonly ClientTransport[];
  /**
   * Headers for every request that can carry them. A browser's WebSocket, EventSource and iframe cannot: there, SSE
   * uses a polyfill, and the other two need another way, such as a cookie or a parameter in the address.
   *
   * From a page of another origin, a header makes the browser ask first (a preflight, Fetch standard): one round trip
   * more for each address, which the browser remembers for up to 2 hours.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Whose cookies go with requests, as in `fetch`. A page of another origin than the gateway's sets `include` to bring its
   * cookies along; the gateway then has to name the page's origin in `origins`, for which `*` does not do. A browser's
   * WebSocket and iframe bring cookies along in any case.
   * @default 'same-origin'
   */
  readonly credentials?: 'include' | 'same-origin';
  /**
   * A token for the gateway, or a function that fetches one: it is called before the first request, and again when the
   * gateway says that the token has expired. A call that has not answered within `timeoutMs` counts as failed. The token
   * travels in the header `Authorization`, and in the address where a browser cannot send headers: WebSocket,
   * EventSource and iframe.
   */
  readonly token?: TokenSource;
  /**
   * Pause between two polls, at least 5.
   * @default 2_000
   */
  readonly pollMs?: number;
  /**
   * The longest wait to ask a long-poll for, at least 1,000.
   * @default 25_000
   */
  readonly waitMs?: number;
  /**
   * How long `publish` and `call` wait for their answer, and the client for that of the function `token`.
   * @default 10_000
   */
  readonly timeoutMs?: number;
  /**
   * Before the next transport is started beside one that has not answered, while the round trip is unknown. Afterwards
   * it is two and a half round trips, between 250 and 2,000.
   * @default 300
   */
  readonly staggerMs?: number;
  /**
   * The shortest time that a transport gets for its hello, at least 100; on a slow network it is ten round trips, up to 10 s.
   * @default 3_000
   */
  readonly proofMs?: number;
  /**
   * Before the first probe of a better transport than the present one, at least 100. The pause doubles with each probe. A transport
   * that has failed is left alone for as long, and twice as long each further time in a row.
   * @default 5_000
   */
  readonly probeMs?: number;
  /**
   * The longest pause between two probes, and the longest that a transport is left alone, at least 100.
   * @default 300_000
   */
  readonly probeCapMs?: number;
  /**
   * The longest first pause before reconnecting, at least 10; it doubles with each failure and is drawn between nothing and that.
   * @default 500
   */
  readonly backoffMs?: number;
  /**
   * The longest pause before reconnecting, at least 10.
   * @default 30_000
   */
  readonly backoffCapMs?: number;
  /**
   * How much longer than the promised heartbeat a connection may be silent before it is given up. The next one gets twice
   * as long, up to 16 times, if this one brought nothing at all: a single record may be that long under way.
   * @default 10_000
   */
  readonly toleranceMs?: number;
  /** The place to run in: clock, sockets, frames. For tests and for places that are neither browser nor Node. */
  readonly environment?: Environment;
}

type Times = {
  readonly [Name in keyof ConnectOptions as Name extends `${string}Ms` ? Name : never]-?: number;
};

/** The options, checked, with their defaults. */
export interface Settings extends Times {
  readonly order: readonly string[];
  readonly halves: ReadonlyMap<string, ClientTransport>;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: 'include' | 'same-origin';
  readonly token: TokenSource | undefined;
}

const DEFAULTS: Times = {
  pollMs: 2_000,
  waitMs: 25_000,
  timeoutMs: 10_000,
  staggerMs: 300,
  proofMs: 3_000,
  probeMs: 5_000,
  probeCapMs: 300_000,
  backoffMs: 500,
  backoffCapMs: 30_000,
  toleranceMs: 10_000,
};

/** With less than these, a client would do nothing else than ask; by intent nobody wants that. */
const LEAST: Partial<Times> = {
  pollMs: 5,
  waitMs: 1_000,
  proofMs: 100,
  probeMs: 100,
  probeCapMs: 100,
  backoffMs: 10,
  backoffCapMs: 10,
};

/** What an environment has to have. */
const PARTS = ['fetch', 'now', 'setTimeout', 'clearTimeout', 'random', 'onWake'] as const;

// A header as RFC 9110 has it, sections 5.1 and 5.5.
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/u;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/u;

/** Checks the options and fills in the defaults; throws `BAD_REQUEST` for one that makes no sense. */
export function toSettings(options: ConnectOptions): Settings {
  const halves = toHalves(options.halves ?? []);
  const known = [...new Set([...catalog, ...halves.keys()])];
  const { transports = known } = options;
  if (!Array.isArray(transports)) throw badOption(`transports is ${show(transports)}`, 'give an array of names');
  const order = [...new Set(transports)];
  const unknown = order.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw badOption(
      `transports names ${show(unknown)}`,
      `choose from ${known.join(', ')}, or pass its half in "halves"`,
    );
  }
  if (order.length === 0) throw badOption('transports is empty', 'name at least one, or leave it out');
  const { token, credentials = 'same-origin' } = options;
  if (credentials !== 'include' && credentials !== 'same-origin') {
    throw badOption(`credentials is ${show(credentials)}`, 'give "include" or "same-origin"');
  }
  if (token !== undefined && typeof token !== 'function' && (typeof token !== 'string' || token === '')) {
    throw badOption(`token is ${token === '' ? 'empty' : typeof token}`, 'give a token or a function that returns one');
  }
  return { ...toTimes(options), order, halves, headers: toHeaders(options.headers), credentials, token };
}

/** A duration that an application gave, or the default; throws `BAD_REQUEST` when it is none, or less than `least`. */
export function toDuration(name: string, value: number | undefined, fallback: number, least = 0): number {
  const ms = value ?? fallback;
  if (typeof ms === 'number' && ms >= least) return Math.min(LONGEST_TIMER_MS, ms);
  throw badOption(`${name} is ${show(ms)}`, `give a number of milliseconds, ${least} or more`);
}

/** Options that an application gave; throws `BAD_REQUEST` when they are no object. */
export function toOptions<Options extends object>(options: Options): Options {
  if (typeof options === 'object' && options !== null) return options;
  throw new PushError('BAD_REQUEST', `The options are ${show(options)}. Give an object, or leave them out.`);
}

/** Checks that a place can be run in; throws `BAD_REQUEST` with what is missing there. */
export function checkEnvironment(environment: Environment): void {
  const lacking = PARTS.filter((part) => typeof toOptions(environment)[part] !== 'function');
  if (lacking.length > 0)
    throw badOption(`environment lacks ${lacking.join(', ')}`, 'give every part, or leave it out');
}

/**
 * The address of the gateway, absolute and without a slash at its end. A query is kept and goes with every request.
 * Throws `BAD_REQUEST` when it is not an http or https address.
 */
export function toBase(address: string, origin: string | undefined): URL {
  let url: URL;
  try {
    url = new URL(address, origin);
  } catch (cause) {
    const remedy = 'Give an absolute one, such as https://example.org/push.';
    throw new PushError('BAD_REQUEST', `"${address}" is not an address. ${remedy}`, { cause });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new PushError('BAD_REQUEST', `The address begins with "${url.protocol}". Use http: or https:.`);
  }
  url.pathname = url.pathname.replace(/\/+$/u, '');
  url.hash = '';
  return url;
}

function toTimes(options: ConnectOptions): Times {
  const time = (name: keyof Times) => toDuration(name, options[name], DEFAULTS[name], LEAST[name]);
  return {
    pollMs: time('pollMs'),
    waitMs: time('waitMs'),
    timeoutMs: time('timeoutMs'),
    staggerMs: time('staggerMs'),
    proofMs: time('proofMs'),
    probeMs: time('probeMs'),
    probeCapMs: time('probeCapMs'),
    backoffMs: time('backoffMs'),
    backoffCapMs: time('backoffCapMs'),
    toleranceMs: time('toleranceMs'),
  };
}

function toHalves(halves: readonly ClientTransport[]): ReadonlyMap<string, ClientTransport> {
  if (!Array.isArray(halves) || !halves.every(isHalf)) {
    throw badOption('halves holds something else than client halves', 'a half has "name", "missing" and "open"');
  }
  return new Map(halves.map((half) => [half.name, half]));
}

function toHeaders(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(toOptions(headers))) {
    if (!HEADER_NAME.test(name)) throw badOption(`headers names ${show(name)}`, 'give the name of a header');
    if (typeof value !== 'string' || !HEADER_VALUE.test(value)) {
      throw badOption(`headers has ${show(value)} as "${name}"`, 'give Latin-1 text without line breaks');
    }
  }
  return { ...headers };
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function badOption(fault: string, remedy: string): PushError {
  return new PushError('BAD_REQUEST', `Option ${fault}; ${remedy}.`);
}
