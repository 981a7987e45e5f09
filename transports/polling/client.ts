import { handOn, poll } from '../client-poll.js';
import type { ClientConnection, ClientTransport, Link } from '../client-transport.js';
import type { Timer } from '../environment.js';

/** Asks at intervals, and takes what there is. Works wherever HTTP does. */
export const transport: ClientTransport = {
  name: 'polling',
  missing: () => null,
  open: (link) => new Polls(link),
};

class Polls implements ClientConnection {
  readonly #link: Link;
  /** The request that is under way; an answer to any other one is dropped. */
  #request: AbortController | null = null;
  #timer: Timer | undefined;

  constructor(link: Link) {
    this.#link = link;
    this.renew();
  }

  /** Asks at once. With `hello=1`, so that new channels get to know where they start. */
  readonly renew = (): void => {
    this.close();
    void this.#ask({ hello: '1' });
  };

  close(): void {
    this.#request?.abort();
    this.#request = null;
    if (this.#timer !== undefined) this.#link.environment.clearTimeout(this.#timer);
  }

  async #ask(extra: Readonly<Record<string, string>>): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    const outcome = await poll(this.#link, extra, request.signal);
    if (this.#request !== request) return;
    if ('reason' in outcome) {
      this.#request = null;
      this.#link.closed(outcome.reason);
      return;
    }
    handOn(this.#link, outcome.answer);
    // Handing on may have ended or renewed this.
    if (this.#request !== request) return;
    const atOnce = extra['hello'] !== undefined || outcome.answer.more === true;
    const pauseMs = atOnce ? 0 : this.#link.settings.pollMs;
    this.#timer = this.#link.environment.setTimeout(() => void this.#ask({}), pauseMs);
  }
}
