import { handOn, type PollOutcome, poll } from '../client-poll.js';
import type { ClientConnection, ClientTransport, Link } from '../client-transport.js';
import type { Timer } from '../environment.js';

/** Asks, and the gateway answers when there is something; then asks again (RFC 6202, section 2). */
export const transport: ClientTransport = {
  name: 'long-polling',
  missing: () => null,
  open: (link) => new LongPolls(link),
};

const SHORTEST_WAIT_MS = 1_000;

class LongPolls implements ClientConnection {
  readonly #link: Link;
  /** The request that is under way; an answer to any other one is dropped. */
  #request: AbortController | null = null;
  #timer: Timer | undefined;
  #waitMs: number;
  #cuts = 0;

  constructor(link: Link) {
    this.#link = link;
    this.#waitMs = link.settings.waitMs;
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
    const { environment } = this.#link;
    const request = new AbortController();
    this.#request = request;
    const askedAt = environment.now();
    const wait = String(Math.ceil(this.#waitMs / 1_000));
    const outcome = await poll(this.#link, { ...extra, wait }, request.signal);
    if (this.#request !== request) return;
    const pauseMs = this.#take(outcome, environment.now() - askedAt, extra['hello'] !== undefined);
    // Handing on may have ended or renewed this.
    if (pauseMs === null || this.#request !== request) return;
    this.#timer = environment.setTimeout(() => void this.#ask({}), pauseMs);
  }

  /** Acts on an outcome; returns the pause before the next request in milliseconds, `null` when there is none. */
  #take(outcome: PollOutcome, waitedMs: number, isFirst: boolean): number | null {
    if ('reason' in outcome) {
      this.#cuts += 1;
      if (outcome.cut && waitedMs > SHORTEST_WAIT_MS && this.#cuts === 1) {
        // Something on the way does not let a request wait for so long.
        this.#waitMs = Math.max(SHORTEST_WAIT_MS, this.#waitMs / 2);
        return 0;
      }
      this.#request = null;
      this.#link.closed(outcome.reason);
      return null;
    }
    this.#cuts = 0;
    const { answer } = outcome;
    handOn(this.#link, answer);
    const isIdle = answer.messages.length === 0 && answer.gap === undefined;
    // An empty answer long before its time: whatever sends those must not be asked in a tight loop.
    const isHasty = isIdle && !isFirst && waitedMs < Math.min(SHORTEST_WAIT_MS, this.#waitMs) / 2;
    return isHasty ? this.#link.settings.pollMs : 0;
  }
}
