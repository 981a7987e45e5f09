import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { PushError } from '../transports/error.js';
import { answerProblem, problemBody } from '../transports/server-answer.js';
import { showsToken } from './access/token.js';

/** Whatever was thrown, as an error that may be shown. The cause stays inside. */
export function toPushError(error: unknown): PushError {
  if (error instanceof PushError) return error;
  return new PushError('INTERNAL', 'Something broke inside the gateway; its log says what.', { cause: error });
}

/**
 * Whether the operator has to know: something broke inside, or something that is needed is not there. That a gateway closes, or that
 * a log does not keep up, has no cause.
 */
export function isFailure({ code, cause }: PushError): boolean {
  return code === 'INTERNAL' || (code === 'UNAVAILABLE' && cause !== undefined);
}

/** Answers with a problem, or cuts the connection when an answer had begun. */
export function sendProblem(response: ServerResponse, error: PushError, headers: Record<string, string> = {}): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  answerProblem(response, error, {
    ...refusalFields(error, response.req),
    // What is left of a body that is too large or too slow is not waited for.
    ...(error.status === 413 || error.status === 408 ? { Connection: 'close' } : {}),
    ...headers,
  });
}

/** What the head of a refusal says besides what it is. */
export function refusalFields(error: PushError, request: IncomingMessage): Record<string, string> {
  return { ...problemFields(error), ...challenge(error, request) };
}

/**
 * Who is not known is told how to say who he is (RFC 9110, section 11.6.1), and that his token is no good if he has shown
 * one (RFC 6750, section 3.1).
 */
function challenge({ status }: PushError, request: IncomingMessage): Record<string, string> {
  if (status !== 401) return {};
  return { 'WWW-Authenticate': showsToken(request) ? 'Bearer error="invalid_token"' : 'Bearer' };
}

/** When to come back, in whole seconds (RFC 9110, section 10.2.3), of a problem that has a time. */
export function problemFields({ status, retryMs }: PushError): Record<string, string> {
  if (retryMs === undefined && status !== 503) return {};
  return { 'Retry-After': `${Math.max(1, Math.ceil((retryMs ?? 0) / 1_000))}` };
}

/** Who asked for another version of the protocol is told which one is spoken here (RFC 6455, section 4.2.2). */
function spokenHere({ status }: PushError): Record<string, string> {
  return status === 426 ? { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' } : {};
}

/** Refuses an upgrade with a problem on the bare socket. */
export function refuseUpgrade(request: IncomingMessage, socket: Duplex, error: PushError): void {
  const body = problemBody(error);
  socket.on('error', () => socket.destroy());
  // The other side may never close its own half.
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}`,
      error.status === 426 ? 'Connection: close, Upgrade' : 'Connection: close',
      ...Object.entries({ ...refusalFields(error, request), ...spokenHere(error) }).map(
        ([name, value]) => `${name}: ${value}`,
      ),
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${body.length}`,
      '',
      body.toString(),
    ].join('\r\n'),
  );
}
