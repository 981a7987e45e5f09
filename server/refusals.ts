import type { IncomingMessage } from 'node:http';
import type { PushError } from '../transports/error.js';
import type { GatewaySettings } from './gateway-options.js';
import { requestFields } from './logger.js';
import type { Metrics } from './metrics.js';
import { isFailure, toPushError } from './problem.js';

/** What is refused: counted and noted once for each refusal, and what broke inside is reported and not shown. */
export class Refusals {
  constructor(
    private readonly settings: GatewaySettings,
    private readonly metrics: Metrics,
  ) {}

  /** What a request is refused with, whatever was thrown. */
  of(error: unknown, request: IncomingMessage): PushError {
    const shown = toPushError(error);
    if (isFailure(shown)) this.settings.onError(error);
    this.noter(requestFields(request))(shown.code);
    return shown;
  }

  /** Notes what is refused. Kept for as long as a connection is open, and so without the request that it came with. */
  noter(fields: Readonly<Record<string, unknown>>): (code: string) => void {
    return (code) => {
      this.metrics.refused(code);
      this.settings.logger.debug({ code, ...fields }, 'refused');
    };
  }
}
