import type { IncomingMessage } from 'node:http';
import { reasonText } from '../transports/reason-text.js';
import { targetOf } from './target.js';

/**
 * Where a gateway says what happens, in levels; made so that a pino logger fits. What is told never holds tokens,
 * cookies, other headers, queries or messages. What it throws keeps nobody from their messages: it is told once, as a
 * warning of the process.
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

/** Makes of a function of the application's, which is told something, one that never throws. */
export type Guard = <Told extends unknown[]>(tell: (...told: Told) => void) => (...told: Told) => void;

/** A {@link Guard} that says the first thing that is thrown, as a warning of the process: there is nobody else to tell. */
export function guardOnce(): Guard {
  let hasThrown = false;
  return (tell) =>
    (...told) => {
      try {
        tell(...told);
      } catch (error) {
        if (hasThrown) return;
        hasThrown = true;
        const warning = `The gateway's logger or onError threw, and what it throws from now on is not told: ${reasonText(error)}`;
        process.emitWarning(warning, 'PushgateWarning');
      }
    };
}

/** A logger that never throws. */
export function guardedLogger(logger: Logger, guard: Guard): Logger {
  return {
    debug: guard((fields, message) => logger.debug(fields, message)),
    info: guard((fields, message) => logger.info(fields, message)),
    warn: guard((fields, message) => logger.warn(fields, message)),
    error: guard((fields, message) => logger.error(fields, message)),
  };
}

/** What may be told of a request: its query may hold a token. */
export function requestFields(request: IncomingMessage): { readonly method?: string; readonly path: string } {
  const { method } = request;
  return { ...(method === undefined ? {} : { method }), path: targetOf(request).path };
}
