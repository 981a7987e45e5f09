import type { ClientConnection, CloseReason, Link } from './client-transport.js';
import type { Timer } from './environment.js';
import { readProblem } from './problem.js';
import { reasonText } from './reason-text.js';
import { type PollAnswer, parsePollAnswer } from './record.js';

/** How one poll ended. `cut` when the network ended it, and not an answer of the gateway. */
export type PollOutcome = { readonly answer: PollAnswer } | { readonly reason: CloseReason; readonly cut: boolean };

/** What makes one way of asking again and again different from another. */
export interface PollRhythm {
  /** What the next request says besides channels and positions. */
  query(): Readonly<Record<string, string>>;
  /**
   * The pause before the next request, in milliseconds; `null` when the connection is over, which is only for an
   * outcome with a reason. `isFirst`: the request asked for a hello, and so was answered at once.
   */
  pauseMs(outcome: PollOutcome, waitedMs: number, isFirst: boolean): number | null;
}

/** A downlink that asks again and again: one request at a time, each with the positions as they are then. */
export class Polls implements ClientConnection {
  readonly #link: Link;
  readonly #rhythm: PollRhythm;
  /** The request that is under way; an answer to any other one is dropped. */
  #request: AbortController | null = null;
  #timer: Timer | undefined;
  /** Whether that request asks for a hello. */
  #isGreeting = false;
  /** Whether another one is needed after it. */
  #isStale = false;

  constructor(link: Link, rhythm: PollRhythm) {
    this.#link = link;
    this.#rhythm = rhythm;
    this.renew();
  }

  /**
   * Asks at once. With `hello=1`, so that new channels get to know where they start. A request with `hello=1` that is
   * under way is let finish, or channels that change all the time would keep every answer away.
   */
  readonly renew = (): void => {
    if (this.#isGreeting) {
      this.#isStale = true;
      return;
    }
    this.close();
    void this.#ask(true);
  };

  close(): void {
    this.#request?.abort();
    this.#request = null;
    if (this.#timer !== undefined) this.#link.environment.clearTimeout(this.#timer);
  }

  async #ask(isFirst: boolean): Promise<void> {
    const { environment } = this.#link;
    const request = new AbortController();
    this.#request = request;
    this.#isGreeting = isFirst;
    this.#isStale = false;
    const askedAt = environment.now();
    const query = { ...this.#rhythm.query(), ...(isFirst ? { hello: '1' } : {}) };
    const outcome = await poll(this.#link, query, request.signal);
    if (this.#request !== request) return;
    // What is handed on now may change the channels.
    this.#isGreeting = false;
    const pauseMs = this.#rhythm.pauseMs(outcome, environment.now() - askedAt, isFirst);
    if ('answer' in outcome) handOn(this.#link, outcome.answer);
    else if (pauseMs === null) {
      this.#request = null;
      this.#link.closed(outcome.reason);
    }
    // Handing on may have ended or renewed this.
    if (this.#request !== request) return;
    const isDue = this.#isStale || (isFirst && 'reason' in outcome);
    this.#timer = environment.setTimeout(() => void this.#ask(isDue), this.#isStale ? 0 : (pauseMs ?? 0));
  }
}

/** Asks once, with the channels and positions as they are now. Never rejects. */
async function poll(link: Link, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<PollOutcome> {
  try {
    const { fetch } = link.environment;
    const { credentials } = link.settings;
    const init = { headers: { ...link.headers }, signal, credentials, cache: 'no-store' } as const;
    const response = await fetch(link.address(query), init);
    let body = '';
    if (response.body) {
      await link.read(response.body, (text) => {
        body += text;
      });
    } else body = await response.text(); // Not every fetch can stream.
    if (!response.ok) return { reason: readProblem(response, body), cut: GATEWAYS_CUT.has(response.status) };
    const answer = parsePollAnswer(body);
    if (answer !== null) return { answer };
    return { reason: { detail: 'the answer is not a poll answer', status: response.status }, cut: false };
  } catch (error) {
    return { reason: { detail: reasonText(error) }, cut: true };
  }
}

// A proxy that gives up on a waiting request says so with one of these.
const GATEWAYS_CUT: ReadonlySet<number> = new Set([408, 502, 504]);

/** Hands on what an answer holds, in order. */
function handOn(link: Link, { hello, gap, messages, cursor }: PollAnswer): void {
  if (hello !== undefined) link.record(hello);
  if (gap !== undefined) link.record(gap);
  for (const message of messages) link.record(message);
  link.record({ type: 'heartbeat', cursor });
}
