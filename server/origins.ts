import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { PushError } from '../transports/error.js';
import { targetOf } from './target.js';

/** Of the schemes of pages (RFC 9110, section 4.2). */
const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['http:', 80],
  ['https:', 443],
]);

/**
 * Which web origins may use the gateway: its own, and those on the list (RFC 6454, Fetch standard).
 *
 * A request without an `Origin` header comes from no web page, or from one that cannot read the answer, and passes;
 * but a browser that says itself that a script-less cross-site request is being made is believed.
 */
export class Origins {
  readonly #allowed: ReadonlySet<string>;
  readonly #any: boolean;

  constructor(allowed: readonly string[]) {
    for (const origin of allowed) if (origin !== '*' && origin !== 'null') checkOrigin(origin);
    this.#allowed = new Set(allowed);
    this.#any = this.#allowed.has('*');
  }

  /**
   * Whether pages of this origin may use the gateway that the request has reached, and what it answers: with the rights of
   * a cookie only if they are named, which `*` does not do.
   */
  allows(origin: string, request: IncomingMessage, byCookie = false): boolean {
    return (this.#any && !byCookie) || this.#isNamed(origin, request);
  }

  #isNamed(origin: string, request: IncomingMessage): boolean {
    if (this.#allowed.has(origin)) return true;
    if (!URL.canParse(origin)) return false;
    const { host, protocol } = new URL(origin);
    // A plain page of the same host is another origin; only behind a proxy that ends TLS there is no telling.
    if (request.socket instanceof TLSSocket && protocol !== 'https:') return false;
    const own = (targetOf(request).host ?? request.headers.host)?.toLowerCase();
    // A browser leaves the default port out of both; a proxy may write it into the host, as nginx does for `$host:$server_port`.
    return own === host || own === `${host}:${DEFAULT_PORTS.get(protocol)}`;
  }

  /**
   * That a cookie which came along was meant: a browser sends it with whatever any page asks for. The page's origin
   * has to be named on the list, `*` is not enough; and what changes something has to say its origin.
   *
   * @throws PushError `ORIGIN_FORBIDDEN`
   */
  checkCookie(request: IncomingMessage): void {
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (site === 'same-origin') return;
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    if (origin === undefined ? changes : !this.#isNamed(origin, request))
      throw forbidden(origin ?? 'an unknown origin');
  }

  /**
   * The headers that let the page read the answer.
   * @throws PushError `ORIGIN_FORBIDDEN`
   */
  admit(request: IncomingMessage): Record<string, string> {
    const { origin } = request.headers;
    if (origin === undefined) {
      if (isCrossSiteEmbed(request)) throw forbidden('another site');
      return { Vary: 'Origin' };
    }
    // A proxy may have rewritten the host, which the gateway cannot see; the browser's own word counts.
    const isOwn = request.headers['sec-fetch-site'] === 'same-origin';
    if (!isOwn && !this.allows(origin, request)) throw forbidden(origin);
    // No wildcard together with credentials: whoever allows everybody serves nobody's cookies.
    if (this.#any && !this.#allowed.has(origin)) {
      return { ...READABLE, 'Access-Control-Allow-Origin': '*', 'Timing-Allow-Origin': '*' };
    }
    return {
      ...READABLE,
      Vary: 'Origin',
      // For the client, which asks its browser by which protocol it came: HTTP/1.1 alone has six connections for a host.
      'Timing-Allow-Origin': origin,
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
    };
  }
}

/** Headers that pages of other origins may see, besides those that they always do. */
const READABLE = { 'Access-Control-Expose-Headers': 'Retry-After' };

/** What the client and an EventSource send by themselves. */
const OWN_HEADERS = ['Authorization', 'Cache-Control', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID'];

/** What a preflight is answered besides the headers of {@link Origins.admit}, which has let its origin pass. */
export function preflightHeaders(request: IncomingMessage): Record<string, string> {
  // The page may use the gateway, so it may send headers of its own as well; nothing here depends on them.
  const asked = request.headers['access-control-request-headers']?.split(',') ?? [];
  const others = asked.map((name) => name.trim()).filter((name) => !OWN_HEADERS.some((own) => isSame(own, name)));
  return {
    'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
    'Access-Control-Allow-Headers': [...OWN_HEADERS, ...others].join(', '),
    'Access-Control-Max-Age': '7200',
    Vary: 'Origin, Access-Control-Request-Headers',
  };
}

function isSame(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}

function forbidden(origin: string): PushError {
  return new PushError(
    'ORIGIN_FORBIDDEN',
    `This gateway does not serve pages of ${origin}; add their origin to its "origins" (or to --origin).`,
  );
}

/** An image, script or other embed of a foreign page: no `Origin` is sent, and there is no reason to answer. */
function isCrossSiteEmbed(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  return (site === 'cross-site' || site === 'same-site') && request.headers['sec-fetch-mode'] === 'no-cors';
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}

function checkOrigin(origin: string): void {
  const host = hostOf(origin);
  if (host !== null && host !== '' && new URL(origin).origin === origin) return;
  throw new PushError(
    'BAD_REQUEST',
    `"${origin}" is not a web origin; write it as https://example.org, without a path.`,
  );
}
