import type { IncomingMessage } from 'node:http';
import type { PushError } from '../transports/error.js';
import type { GatewaySettings } from './gateway-options.js';
import { requestFields } from './logger.js';
import type { Metrics } from './metrics.js';
import { toPushError } from './problem.js';

/** What is refused: counted and noted once for each refusal, and what broke inside is reported and not shown. */
export class Refusals {
  /** One error may be why many are refused; it is reported once. */
  readonly #reported = new WeakSet<PushError>();

  constructor(
    private readonly settings: GatewaySettings,
    private readonly metrics: Metrics,
  ) {}

  /** What a request is refused with, whatever was thrown. */
  of(error: unknown, request: IncomingMessage): PushError {
    const shown = toPushError(error);
    if (shown.code === 'INTERNAL') this.settings.onError(error);
    else if (isFailure(shown) && !this.#reported.has(shown)) {
      this.#reported.add(shown);
      this.settings.onError(shown);
    }
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

/** Whether the gateway's operator has to know: something that it needs is not there. That a gateway closes has no cause. */
function isFailure({ code, cause }: PushError): boolean {
  return code === 'UNAVAILABLE' && cause !== undefined;
}
