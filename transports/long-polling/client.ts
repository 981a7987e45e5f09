import { type PollOutcome, type PollRhythm, Polls } from '../client-poll.js';
import type { ClientTransport, LinkSettings } from '../client-transport.js';

/** Asks, and the gateway answers when there is something; then asks again (RFC 6202, section 2). */
export const transport: ClientTransport = {
  name: 'long-polling',
  holds: true,
  missing: () => null,
  open: (link) => new Polls(link, new LongPolls(link.settings)),
};

const SHORTEST_WAIT_MS = 1_000;

class LongPolls implements PollRhythm {
  readonly #pollMs: number;
  #waitMs: number;
  #cuts = 0;

  constructor({ pollMs, waitMs }: LinkSettings) {
    this.#pollMs = pollMs;
    this.#waitMs = waitMs;
  }

  query() {
    return { wait: String(Math.ceil(this.#waitMs / 1_000)) };
  }

  pauseMs(outcome: PollOutcome, waitedMs: number, isFirst: boolean): number | null {
    if ('reason' in outcome) {
      this.#cuts += 1;
      if (!outcome.cut || waitedMs <= SHORTEST_WAIT_MS || this.#cuts > 1) return null;
      // Something on the way does not let a request wait for so long.
      this.#waitMs = Math.max(SHORTEST_WAIT_MS, this.#waitMs / 2);
      return 0;
    }
    this.#cuts = 0;
    const { messages, gap } = outcome.answer;
    const isIdle = messages.length === 0 && gap === undefined;
    // An empty answer long before its time: whatever sends those must not be asked in a tight loop.
    const isHasty = isIdle && !isFirst && waitedMs < Math.min(SHORTEST_WAIT_MS, this.#waitMs) / 2;
    return isHasty ? this.#pollMs : 0;
  }
}
