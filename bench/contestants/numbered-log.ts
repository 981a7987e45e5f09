import type { Site } from '../contestant.js';
import type { Answer } from '../wire/keep-alive.js';

/** The last messages of each channel by their number: the least that lets a client ask without losing anything. */
export class NumberedLog {
  readonly #keep: number;
  readonly #channels = new Map<string, { first: number; texts: string[] }>();

  constructor(keep: number) {
    this.#keep = keep;
  }

  push(channel: string, text: string): void {
    const log = this.#of(channel);
    log.texts.push(text);
    // In large steps: taking the first of a long array off each time would be what is measured.
    if (log.texts.length >= 2 * this.#keep) {
      log.texts.splice(0, this.#keep);
      log.first += this.#keep;
    }
  }

  /** The number of the next message. */
  end(channel: string): number {
    const { first, texts } = this.#of(channel);
    return first + texts.length;
  }

  /** At most so many messages from this number on. */
  after(channel: string, from: number, limit: number): readonly string[] {
    const { first, texts } = this.#of(channel);
    const at = Math.max(0, from - first);
    return texts.slice(at, at + limit);
  }

  #of(channel: string): { first: number; texts: string[] } {
    let log = this.#channels.get(channel);
    if (log === undefined) {
      log = { first: 0, texts: [] };
      this.#channels.set(channel, log);
    }
    return log;
  }
}

/** As many messages as an answer of the gateway holds: with fewer, a long past would take more round trips. */
const MOST_IN_AN_ANSWER = 1_024;

/** What is asked for: `/<channel>?from=<number>`; without the number, everything from now on. */
export function readAsk(log: NumberedLog, url: string): { readonly channel: string; readonly from: number } {
  const { pathname, searchParams } = new URL(url, 'http://host');
  const channel = pathname.slice(1);
  const from = searchParams.get('from');
  return { channel, from: from === null ? log.end(channel) : Number(from) };
}

/** An answer of this log. The messages come last, so that a reader need not parse them. */
export function answerOf(log: NumberedLog, channel: string, from: number): NumberedAnswer {
  const messages = log.after(channel, from, MOST_IN_AN_ANSWER);
  const next = from + messages.length;
  return { next, more: next < log.end(channel), messages };
}

interface NumberedAnswer {
  /** Where to go on. */
  readonly next: number;
  /** Whether there is more already. */
  readonly more: boolean;
  readonly messages: readonly string[];
}

/** The next request of a reader of such a log. */
export function nextNumber({ channel, since }: Site, last: Answer | null): string {
  if (last !== null) return `/${channel}?from=${/"next":(\d+)/.exec(start(last))?.[1]}`;
  return since === 'earliest' ? `/${channel}?from=0` : `/${channel}`;
}

export function hasMore(answer: Answer): boolean {
  return start(answer).includes('"more":true');
}

function start({ body }: Answer): string {
  return body.toString('latin1', 0, 100);
}
