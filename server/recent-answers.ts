import type { UplinkReply } from '../transports/record.js';

/** What is kept beside the answer's text and its key, in bytes, or about that. */
const OVERHEAD = 500;

/** An answer that was given, as JSON text: what it costs is known, as it would not be of an object. */
interface Given {
  readonly text: string;
  readonly cost: number;
  readonly expiry: NodeJS.Timeout;
}

/**
 * The answers to recent calls, so that a repeated call is answered without being made again. Only so many are kept, of
 * so many bytes together, for so long; the oldest go first.
 */
export class RecentAnswers {
  /** Calls that are being made: a repetition waits for the same answer. */
  readonly #underWay = new Map<string, Promise<UplinkReply>>();
  /** In the order in which they were given. */
  readonly #given = new Map<string, Given>();
  #bytes = 0;

  constructor(private readonly limits: { readonly count: number; readonly bytes: number; readonly ageMs: number }) {}

  /** How many bytes are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Makes a call, unless one with this key was made already; resolves with its answer. */
  async once(key: string, call: () => Promise<UplinkReply>): Promise<UplinkReply> {
    const given = this.#given.get(key);
    if (given !== undefined) return JSON.parse(given.text);
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const answer = call();
    this.#underWay.set(key, answer);
    try {
      this.#keep(key, await answer);
    } finally {
      this.#underWay.delete(key);
    }
    return answer;
  }

  #keep(key: string, answer: UplinkReply): void {
    const text = JSON.stringify(answer);
    // Two bytes for each unit: what a text takes that is not Latin.
    const cost = 2 * (text.length + key.length) + OVERHEAD;
    // Each has a timer, and no round is made: an answer goes in its time, though nobody calls any more.
    const expiry = setTimeout(() => this.#forget(key), this.limits.ageMs);
    expiry.unref();
    this.#given.set(key, { text, cost, expiry });
    this.#bytes += cost;
    for (const oldest of this.#given.keys()) {
      if (this.#given.size <= this.limits.count && this.#bytes <= this.limits.bytes) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const given = this.#given.get(key);
    if (given === undefined) return;
    clearTimeout(given.expiry);
    this.#given.delete(key);
    this.#bytes -= given.cost;
  }
}
