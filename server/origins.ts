import type { IncomingMessage } from 'node:http';
import { PushError } from '../transports/error.js';

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

  /** Whether pages of this origin may use the gateway that the request has reached. */
  allows(origin: string, request: IncomingMessage): boolean {
    if (this.#any || this.#allowed.has(origin)) return true;
    // A proxy may have ended TLS and rewritten the host, which the gateway cannot see; the browser's own word counts.
    return (
      hostOf(origin) === request.headers.host?.toLowerCase() || request.headers['sec-fetch-site'] === 'same-origin'
    );
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
    if (!this.allows(origin, request)) throw forbidden(origin);
    // No wildcard together with credentials: whoever allows everybody serves nobody's cookies.
    if (this.#any && !this.#allowed.has(origin)) return { ...READABLE, 'Access-Control-Allow-Origin': '*' };
    return {
      ...READABLE,
      Vary: 'Origin',
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
    };
  }
}

/** Headers that pages of other origins may see, besides those that they always do. */
const READABLE = { 'Access-Control-Expose-Headers': 'Retry-After' };

/** What a preflight is answered besides the headers of {@link Origins.admit}. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
  'Access-Control-Allow-Headers': 'Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID',
  'Access-Control-Max-Age': '7200',
};

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
