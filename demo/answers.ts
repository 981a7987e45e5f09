import type { NextFunction, Request, Response } from 'express';

/** Answers what cannot be understood; `detail` says what would be. */
export function refuse(response: Response, detail: string): void {
  sendProblem(response, 400, 'BAD_REQUEST', detail);
}

/** Answers who has asked for more than there is for him; `detail` says what there is, and `retryMs` when to ask again. */
export function refuseMore(response: Response, detail: string, retryMs: number): void {
  response.set('Retry-After', String(Math.ceil(retryMs / 1_000)));
  sendProblem(response, 429, 'TOO_MUCH', detail);
}

/** Answers with a problem (RFC 9457). */
export function sendProblem(response: Response, status: number, code: string, detail: string): void {
  response.status(status).type('application/problem+json').json({ code, status, detail });
}

/** Answers what the body parser throws; Express knows an error handler by its four parameters. */
export function unreadable(_error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  refuse(response, 'The body cannot be read: send at most 1 kB of JSON.');
}
