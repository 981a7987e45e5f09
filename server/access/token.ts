import type { IncomingMessage } from 'node:http';
import { parseCookie } from 'cookie';
import { PushError } from '../../transports/error.js';
import { targetOf } from '../target.js';
import type { AccessRequest } from './access.js';

/** A token as it came in. */
export interface ReceivedToken {
  readonly token: string;
  readonly byCookie: boolean;
}

/** The parameter that carries a token where no header can: a browser's WebSocket, EventSource and iframe. */
const PARAMETER = 'token';

/**
 * Finds the token of a request: in the header `Authorization: Bearer …` (RFC 6750, section 2.1), else in the query's
 * `token` (section 2.3), else in a cookie, if there is a name for one. `null` when there is none.
 *
 * @throws PushError `UNAUTHORIZED` for a header that is no bearer's
 */
export function findToken({ request, query }: AccessRequest, cookie: string | undefined): ReceivedToken | null {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization) ?? [];
    if (token === undefined) {
      throw new PushError('UNAUTHORIZED', 'Send the header as "Authorization: Bearer <token>".');
    }
    return { token, byCookie: false };
  }
  const inQuery = query.get(PARAMETER);
  if (inQuery !== null) return { token: inQuery, byCookie: false };
  const inCookie = cookie === undefined ? undefined : parseCookie(request.headers.cookie ?? '')[cookie];
  return inCookie === undefined ? null : { token: inCookie, byCookie: true };
}

/** Whether a request shows a token in one of the ways of RFC 6750, which cookies are not, whatever that is worth. */
export function showsToken(request: IncomingMessage): boolean {
  if (/^Bearer +[^ ]/i.test(request.headers.authorization ?? '')) return true;
  return new URLSearchParams(targetOf(request).query).has(PARAMETER);
}
