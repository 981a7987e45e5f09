import { setMaxListeners } from 'node:events';

/** Exit statuses of those who were ended by a signal are 128 and its number. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

type Cause = keyof typeof STATUS;

/**
 * Turns Ctrl-C, and being asked to end, into a signal for everything that is under way. Only the first time: who asks again
 * ends the lab at once, and its processes see that it is gone.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #since = Date.now();
  #cause: Cause = 'SIGINT';

  constructor() {
    // As many listen as cells run side by side.
    setMaxListeners(0, this.#controller.signal);
    for (const cause of Object.keys(STATUS) as Cause[]) {
      process.once(cause, () => {
        this.#cause = cause;
        this.#controller.abort();
      });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get status(): number {
    return STATUS[this.#cause];
  }

  get text(): string {
    const seconds = Math.round((Date.now() - this.#since) / 1_000);
    return `interrupted after ${seconds} s; the servers and the load are stopped, and nothing was written.`;
  }
}
