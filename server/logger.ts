import type { IncomingMessage } from 'node:http';
import { targetOf } from './target.js';

/**
 * Where a gateway says what happens, in levels; made so that a pino logger fits. What is told never holds tokens,
 * cookies, other headers, queries or messages.
 *
 * | level | what |
 * | --- | --- |
 * | `debug` | connections that come and go, requests, frames and heads that are refused |
 * | `info` | the gateway closes |
 * | `warn` | readers that are closed because they take nothing |
 * | `error` | what broke inside |
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Says nothing. */
export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** What may be told of a request: its query may hold a token. */
export function requestFields(request: IncomingMessage): { readonly method?: string; readonly path: string } {
  const { method } = request;
  return { ...(method === undefined ? {} : { method }), path: targetOf(request).path };
}
