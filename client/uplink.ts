import type { Environment, FetchAnswer, Timer } from '../transports/environment.js';
import { PushError } from '../transports/error.js';
import { readProblem } from '../transports/problem.js';
import { parseReplies, type UplinkReply } from '../transports/record.js';
import { type BackoffRules, backoff } from './backoff.js';
import type { Outgoing } from './outgoing.js';

/** More operations than this waiting for their answers are refused with `BUFFER_FULL`. */
const QUEUED = 1_000;
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

interface Pending extends Outgoing {
  readonly deadline: number;
  readonly timer: Timer;
  readonly resolve: (reply: Exclude<UplinkReply, { type: 'error' }>) => void;
  readonly reject: (error: PushError) => void;
  isSent: boolean;
}

/**
 * The operations on their way up, in order. They travel over the connection when it goes both ways, else by POST: one
 * request at a time, and what has gathered meanwhile is the next. When a path breaks, those without an answer go again
 * over the next one, in order and with the same keys, so that each has its effect once.
 */
export class Uplink {
  readonly #environment: Environment;
  readonly #post: Post;
  readonly #rules: BackoffRules;
  readonly #pending = new Map<string, Pending>();
  #send: ((frame: string) => void) | null = null;
  #request: { readonly batch: readonly Pending[]; readonly abort: AbortController; readonly timer: Timer } | null =
    null;
  #retry: Timer | null = null;
  #failures = 0;
  #batchBytes = BATCH_BYTES;
  /** What the last request met that brought no answers, for whoever waits in vain. */
  #trouble: string | null = null;
  #isFlushing = false;
  #isClosed = false;

  constructor(environment: Environment, post: Post, rules: BackoffRules) {
    this.#environment = environment;
    this.#post = post;
    this.#rules = rules;
  }

  /** Sends an operation; resolves with its answer. Rejects with the gateway's code, `TIMEOUT`, `CLOSED` or `BUFFER_FULL`. */
  perform(operation: Outgoing, timeoutMs: number): Promise<Exclude<UplinkReply, { type: 'error' }>> {
    return new Promise((resolve, reject) => {
      const { key } = operation;
      if (this.#isClosed) return reject(closedError());
      if (this.#pending.size >= QUEUED) {
        const remedy = 'Wait for some of them before you send more.';
        return reject(new PushError('BUFFER_FULL', `${QUEUED} operations wait for their answers. ${remedy}`));
      }
      if (this.#pending.has(key)) {
        return reject(new PushError('BAD_REQUEST', `An operation with the key "${key}" is under way. Wait for it.`));
      }
      const timer = this.#environment.setTimeout(() => this.#expire(key, timeoutMs), timeoutMs);
      const deadline = this.#environment.now() + timeoutMs;
      this.#pending.set(key, { ...operation, deadline, timer, resolve, reject, isSent: false });
      this.#flushSoon();
    });
  }

  /** From now on operations go over this path; `null` for POST. What was sent over the last one has to go again. */
  use(send: ((frame: string) => void) | null): void {
    if (send === this.#send || this.#isClosed) return;
    this.#send = send;
    for (const pending of this.#pending.values()) {
      pending.isSent = this.#request?.batch.includes(pending) === true;
    }
    if (send !== null) this.#clearRetry();
    this.#flushSoon();
  }

  /** Takes an answer. */
  settle(reply: UplinkReply): void {
    const pending = reply.key === undefined ? undefined : this.#pending.get(reply.key);
    if (pending === undefined) return;
    this.#remove(pending);
    if (reply.type === 'error') pending.reject(new PushError(reply.code, reply.message, { retryMs: reply.retryMs }));
    else pending.resolve(reply);
  }

  /** Rejects what is pending and stops everything. */
  close(): void {
    this.#isClosed = true;
    this.#clearRetry();
    if (this.#request !== null) {
      this.#environment.clearTimeout(this.#request.timer);
      this.#request.abort.abort();
    }
    for (const pending of [...this.#pending.values()]) {
      this.#remove(pending);
      pending.reject(closedError());
    }
  }

  // What is asked for in one turn of the event loop travels together.
  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    // A request that is under way comes first: what follows it must not overtake it on another path.
    if (this.#isClosed || this.#request !== null || this.#retry !== null) return;
    const unsent = [...this.#pending.values()].filter((pending) => !pending.isSent);
    if (unsent.length === 0) return;
    if (this.#send === null) {
      void this.#postBatch(this.#batchOf(unsent));
      return;
    }
    for (const pending of unsent) {
      pending.isSent = true;
      this.#send(pending.text);
    }
  }

  #batchOf(unsent: readonly Pending[]): Pending[] {
    let bytes = 0;
    let count = 0;
    for (const pending of unsent) {
      bytes += pending.bytes + 1;
      if (count === BATCH_OPERATIONS || (count > 0 && bytes > this.#batchBytes)) break;
      count += 1;
    }
    return unsent.slice(0, count);
  }

  async #postBatch(batch: readonly Pending[]): Promise<void> {
    for (const pending of batch) pending.isSent = true;
    // Half of the time that is left, so that a request that the network has swallowed gets a second chance.
    const leftMs = Math.max(...batch.map((pending) => pending.deadline)) - this.#environment.now();
    const limitMs = Math.max(SHORTEST_REQUEST_MS, leftMs / 2);
    const abort = new AbortController();
    const timer = this.#environment.setTimeout(() => abort.abort(), limitMs);
    this.#request = { batch, abort, timer };
    const answer = await this.#post(`[${batch.map((pending) => pending.text).join(',')}]`, abort.signal).catch(
      () => null,
    );
    this.#environment.clearTimeout(timer);
    this.#request = null;
    if (this.#isClosed) return;

    const pauseMs = this.#take(batch, answer);
    const unanswered = batch.filter((pending) => this.#pending.get(pending.key) === pending);
    for (const pending of unanswered) pending.isSent = false;
    if (pauseMs !== null && unanswered.length > 0 && this.#send === null) {
      const ms = backoff(this.#failures, this.#rules, this.#environment.random()) + pauseMs;
      this.#failures += 1;
      this.#retry = this.#environment.setTimeout(() => {
        this.#retry = null;
        this.#flush();
      }, ms);
      return;
    }
    if (pauseMs === null) this.#failures = 0;
    this.#flush();
  }

  /** Acts on what came back; returns how long to leave the gateway alone at least, or `null` to go on at once. */
  #take(batch: readonly Pending[], answer: Answer | null): number | null {
    this.#trouble = answer === null ? 'no answer' : `HTTP status ${answer.status}`;
    if (answer === null) return 0;
    const { status, text } = answer;
    if (status >= 200 && status < 300) {
      const replies = parseReplies(text);
      // Answers come in the order of the operations.
      if (replies?.length !== batch.length) return 0;
      this.#trouble = null;
      this.#batchBytes = Math.min(BATCH_BYTES, this.#batchBytes * BATCH_GROWTH);
      for (const [index, { key }] of batch.entries()) {
        const reply = replies[index];
        if (reply !== undefined) this.settle({ ...reply, key });
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
    const { retryMs } = problem;
    const retry = retryMs === undefined ? {} : { retryMs };
    for (const { key } of batch) this.settle({ type: 'error', code, message: problem.detail, key, ...retry });
    return null;
  }

  #expire(key: string, timeoutMs: number): void {
    const met = this.#trouble === null ? '' : ` The last request met: ${this.#trouble}.`;
    this.settle({ type: 'error', code: 'TIMEOUT', message: `No answer came within ${timeoutMs} ms.${met}`, key });
    const { batch, abort } = this.#request ?? {};
    if (batch?.every((pending) => !this.#pending.has(pending.key))) abort?.abort();
  }

  #remove(pending: Pending): void {
    this.#environment.clearTimeout(pending.timer);
    this.#pending.delete(pending.key);
  }

  #clearRetry(): void {
    if (this.#retry !== null) this.#environment.clearTimeout(this.#retry);
    this.#retry = null;
  }
}

function closedError(): PushError {
  return new PushError('CLOSED', 'The client was closed before the operation was done.');
}
