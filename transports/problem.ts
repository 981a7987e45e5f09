import type { CloseReason } from './client-transport.js';

// Statuses below 500 after which the same request may well succeed: time-outs and too many requests (RFC 9110, 6585).
const PASSING = new Set([408, 425, 429]);

/** Whether asking again may help after this HTTP status. */
function mayAskAgain(status: number): boolean {
  return status < 400 || status >= 500 || PASSING.has(status);
}

/**
 * What an HTTP answer that is not a success says, from its `application/problem+json` body (RFC 9457) if it has one:
 * a proxy's answer has none.
 */
export function readProblem(status: number, body: string): CloseReason {
  const { code, detail } = parse(body);
  return {
    detail: typeof detail === 'string' ? detail : `HTTP status ${status}`,
    status,
    retry: mayAskAgain(status),
    ...(typeof code === 'string' ? { code } : {}),
  };
}

function parse(body: string): { code?: unknown; detail?: unknown } {
  try {
    const problem: unknown = JSON.parse(body);
    return typeof problem === 'object' && problem !== null ? problem : {};
  } catch {
    return {};
  }
}
