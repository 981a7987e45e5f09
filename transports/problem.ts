import type { CloseReason } from './client-transport.js';
import type { FetchAnswer } from './environment.js';

// Statuses below 500 after which the same request may well succeed: time-outs and too many requests (RFC 9110, 6585).
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);
// The server's own, before the gateway sees the request (RFC 9110, 15.5.15; RFC 6585, 5).
const TOO_LONG: ReadonlySet<number> = new Set([414, 431]);
const TOO_LONG_REMEDY =
  'the names and positions of the channels make the address too long: use fewer channels on one client or shorter ' +
  "names, or raise the server's limit for a request's head (Node: maxHeaderSize)";

/** Nobody is left alone for longer than this, whatever a header says. */
const LONGEST_RETRY_MS = 60_000;

/**
 * What an HTTP answer that is not a success says. Only the gateway can refuse for good, and it says so with a `code` in
 * an `application/problem+json` body (RFC 9457). The same status without one comes from somebody on the way, such as a
 * proxy whose routes are just being changed, and may be another one the next time.
 */
export function readProblem({ status, headers }: Pick<FetchAnswer, 'status' | 'headers'>, body: string): CloseReason {
  const type = headers?.get('content-type') ?? 'application/problem+json';
  const { code, detail, channels, retryMs: exactMs } = type.startsWith('application/problem+json') ? parse(body) : {};
  // What the gateway itself says is exact; the header has whole seconds, at which many would come back together.
  const isExact = typeof code === 'string' && typeof exactMs === 'number' && exactMs >= 0;
  const retryMs = isExact ? exactMs : readRetryAfter(headers?.get('retry-after'));
  return {
    detail: typeof detail === 'string' ? detail : describe(status),
    status,
    retry: typeof code !== 'string' || mayAskAgain(status),
    ...(typeof code === 'string' ? { code } : {}),
    ...(retryMs > 0 ? { retryMs } : {}),
    ...(isTexts(channels) ? { channels } : {}),
  };
}

/** Whether asking the gateway again may help after this HTTP status. */
function mayAskAgain(status: number): boolean {
  return status < 400 || status >= 500 || PASSING.has(status);
}

/** Seconds, in milliseconds. The header's other form is a date (RFC 9110, 10.2.3), and clients' clocks are wrong. */
function readRetryAfter(text: string | null | undefined): number {
  return /^\d+$/u.test(text ?? '') ? Math.min(LONGEST_RETRY_MS, Number(text) * 1_000) : 0;
}

function describe(status: number): string {
  return TOO_LONG.has(status) ? `HTTP status ${status}: ${TOO_LONG_REMEDY}` : `HTTP status ${status}`;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function parse(body: string): { code?: unknown; detail?: unknown; channels?: unknown; retryMs?: unknown } {
  try {
    const problem: unknown = JSON.parse(body);
    return typeof problem === 'object' && problem !== null ? problem : {};
  } catch {
    return {};
  }
}
