import type { Environment, FetchAnswer, Timer } from '../transports/environment.js';
import { PushError } from '../transports/error.js';
import { readProblem } from '../transports/problem.js';
import { parseReplies, type UplinkReply } from '../transports/record.js';
import { type BackoffRules, backoff } from './backoff.js';
import { type Outgoing, together } from './outgoing.js';

const BATCH_OPERATIONS = 100;
const BATCH_BYTES = 512 * 1_024;
/** How much more is tried after a batch that was taken, when one was too large before. */
const BATCH_GROWTH = 1.1;
const SHORTEST_REQUEST_MS = 1_000;

/** What came back for a batch. */
interface Answer extends Pick<FetchAnswer, 'status' | 'headers'> {
  readonly text: string;
}

/** Posts a batch; rejects when no answer came. */
export type Post = (body: string, signal: AbortSignal) => Promise<Answer>;

/** An operation that may be sent by POST. */
export interface Parcel extends Outgoing {
  readonly deadline: number;
  isSent: boolean;
}

/** Whose operations a lane sends. */
export interface LaneOwner {
  /** Whether an operation still waits for its answer. */
  awaits(parcel: Parcel): boolean;
  settle(reply: UplinkReply): void;
  /** The gateway takes an operation under no circumstances. */
  refuse(parcel: Parcel, error: PushError): void;
  /** There is room for more, and what has no answer is to go again. */
  flush(): void;
}

/** Sends operations of one kind by POST, in batches: so many requests at a time, and with pauses after one that failed. */
export class Lane {
  /** What the last request met that brought no answers, for whoever waits in vain. */
  trouble: string | null = null;
  readonly #environment: Environment;
  readonly #post: Post;
  readonly #rules: BackoffRules;
  readonly #mostRequests: number;
  readonly #owner: LaneOwner;
  readonly #requests = new Map<AbortController, { readonly batch: readonly Parcel[]; readonly timer: Timer }>();
  #retry: Timer | null = null;
  #failures = 0;
  #batchBytes = BATCH_BYTES;
  #isClosed = false;

  constructor(environment: Environment, post: Post, rules: BackoffRules, mostRequests: number, owner: LaneOwner) {
    this.#environment = environment;
    this.#post = post;
    this.#rules = rules;
    this.#mostRequests = mostRequests;
    this.#owner = owner;
  }

  /** Whether a request is under way. */
  get isBusy(): boolean {
    return this.#requests.size > 0;
  }

  /** Whether an operation is in a request that is under way. */
  carries(parcel: Parcel): boolean {
    return [...this.#requests.values()].some(({ batch }) => batch.includes(parcel));
  }

  /** Sends as many of these as there is room for, shared out among the requests that may be made. */
  send(parcels: readonly Parcel[]): void {
    let rest = parcels;
    while (rest.length > 0 && this.#retry === null && this.#requests.size < this.#mostRequests) {
      const share = Math.ceil(rest.length / (this.#mostRequests - this.#requests.size));
      const batch = together(rest, { operations: Math.min(share, BATCH_OPERATIONS), bytes: this.#batchBytes });
      rest = rest.slice(batch.length);
      void this.#request(batch);
    }
  }

  /** Gives up requests whose operations are all over. */
  prune(): void {
    for (const [abort, { batch }] of this.#requests) {
      if (!batch.some((parcel) => this.#owner.awaits(parcel))) abort.abort();
    }
  }

  /** Ends the pause after a request that failed. */
  goOn(): void {
    if (this.#retry !== null) this.#environment.clearTimeout(this.#retry);
    this.#retry = null;
  }

  close(): void {
    this.#isClosed = true;
    this.goOn();
    for (const [abort, { timer }] of this.#requests) {
      this.#environment.clearTimeout(timer);
      abort.abort();
    }
  }

  async #request(batch: readonly Parcel[]): Promise<void> {
    for (const parcel of batch) parcel.isSent = true;
    // Half of the time that is left, so that a request that the network has swallowed gets a second chance.
    const leftMs = Math.max(...batch.map((parcel) => parcel.deadline)) - this.#environment.now();
    const abort = new AbortController();
    const timer = this.#environment.setTimeout(() => abort.abort(), Math.max(SHORTEST_REQUEST_MS, leftMs / 2));
    this.#requests.set(abort, { batch, timer });
    const answer = await this.#post(`[${batch.map((parcel) => parcel.text).join(',')}]`, abort.signal).catch(textOf);
    this.#environment.clearTimeout(timer);
    this.#requests.delete(abort);
    if (this.#isClosed) return;

    const pauseMs = this.#take(batch, answer);
    const unanswered = batch.filter((parcel) => this.#owner.awaits(parcel));
    for (const parcel of unanswered) parcel.isSent = false;
    if (pauseMs === null) this.#failures = 0;
    // Requests that fail beside each other met the same trouble: one pause is for all of them.
    else if (unanswered.length > 0 && this.#retry === null) this.#pause(pauseMs);
    this.#owner.flush();
  }

  #pause(ms: number): void {
    const pauseMs = backoff(this.#failures, this.#rules, this.#environment.random()) + ms;
    this.#failures += 1;
    this.#retry = this.#environment.setTimeout(() => {
      this.#retry = null;
      this.#owner.flush();
    }, pauseMs);
  }

  /** Acts on what came back; returns how long to leave the gateway alone at least, or `null` to go on at once. */
  #take(batch: readonly Parcel[], answer: Answer | string): number | null {
    this.trouble = typeof answer === 'string' ? answer : `HTTP status ${answer.status}`;
    if (typeof answer === 'string') return 0;
    const { status, text } = answer;
    if (status >= 200 && status < 300) {
      const replies = parseReplies(text);
      // Answers come in the order of the operations.
      if (replies?.length !== batch.length) return 0;
      this.trouble = null;
      this.#batchBytes = Math.min(BATCH_BYTES, this.#batchBytes * BATCH_GROWTH);
      for (const [index, { key }] of batch.entries()) {
        const reply = replies[index];
        if (reply !== undefined) this.#owner.settle({ ...reply, key });
      }
      return null;
    }
    const problem = readProblem(answer, text);
    // A body too large stays so for whoever refused it, be it a proxy.
    const isTooLarge = status === 413;
    if (isTooLarge && batch.length > 1) {
      this.#batchBytes = batch.reduce((sum, { bytes }) => sum + bytes + 1, 0) / 2;
      return null;
    }
    // The application is to know, as it does on a connection that goes both ways.
    const isTooFast = problem.code === 'RATE_LIMITED';
    if (problem.retry !== false && !isTooLarge && !isTooFast) return problem.retryMs ?? 0;
    const code = problem.code ?? 'TOO_LARGE';
    for (const parcel of batch) {
      this.#owner.refuse(parcel, new PushError(code, problem.detail, { retryMs: problem.retryMs }));
    }
    return null;
  }
}

/** Why no answer came. */
function textOf(error: unknown): string {
  const { name, message }: { name?: unknown; message?: unknown } = Object(error);
  return name === 'AbortError' ? 'no answer' : String(message ?? error);
}
