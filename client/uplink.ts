import type { Environment, Timer } from '../transports/environment.js';
import { PushError } from '../transports/error.js';
import type { Hello, UplinkReply } from '../transports/record.js';
import type { BackoffRules } from './backoff.js';
import { Lane, type LaneOwner, type Parcel, type Post } from './lane.js';
import { type Outgoing, together, tooLarge } from './outgoing.js';

/** More operations than this waiting for their answers are refused with `BUFFER_FULL`. */
const QUEUED = 1_000;
/** The most requests with calls at a time. */
const CALL_REQUESTS = 4;
/** Operations in a frame, where the gateway does not say how many it takes. */
const FRAME_OPERATIONS = 100;
/**
 * The most bytes of a frame that holds several: no text of this length has more parts than a gateway takes. Refused, it
 * would leave all of them without an answer.
 */
const FRAME_BYTES = 128 * 1_024;

interface Pending extends Parcel {
  readonly timer: Timer;
  readonly resolve: (reply: Exclude<UplinkReply, { type: 'error' }>) => void;
  readonly reject: (error: PushError) => void;
}

/**
 * The operations on their way up. They travel over the connection when it goes both ways, else by POST. Publishes keep
 * their order: one request at a time, and what has gathered meanwhile is the next. Calls go beside them, because one may
 * take long, and wait for nothing but each other. When a path breaks, those without an answer go again over the next
 * one, in order and with the same keys, so that each has its effect once.
 */
export class Uplink {
  readonly #environment: Environment;
  readonly #lanes: { readonly [Type in Outgoing['type']]: Lane };
  readonly #pending = new Map<string, Pending>();
  #send: ((frame: string) => void) | null = null;
  #frame = { operations: FRAME_OPERATIONS, bytes: FRAME_BYTES };
  #isFlushing = false;
  #isClosed = false;

  constructor(environment: Environment, post: Post, rules: BackoffRules) {
    this.#environment = environment;
    const owner: LaneOwner = {
      awaits: (parcel) => this.#pending.get(parcel.key) === parcel,
      settle: (reply) => this.settle(reply),
      refuse: ({ key }, error) => {
        const pending = this.#pending.get(key);
        if (pending !== undefined) this.#fail(pending, error);
      },
      flush: () => this.#flush(),
    };
    this.#lanes = {
      publish: new Lane(environment, post, rules, 1, owner),
      call: new Lane(environment, post, rules, CALL_REQUESTS, owner),
    };
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
    for (const pending of this.#pending.values()) pending.isSent = this.#lanes[pending.type].carries(pending);
    if (send !== null) for (const lane of Object.values(this.#lanes)) lane.goOn();
    this.#flushSoon();
  }

  /** What the gateway takes became known: what is larger would end the connection that it is sent over. */
  limit({
    messageBytes: mostBytes,
    operations = FRAME_OPERATIONS,
  }: Pick<Hello['limits'], 'messageBytes' | 'operations'>): void {
    // What the gateway takes as one message, it takes as a frame of several.
    this.#frame = { operations, bytes: Math.min(FRAME_BYTES, mostBytes) };
    for (const pending of [...this.#pending.values()]) {
      if (pending.loadBytes > mostBytes) this.#fail(pending, tooLarge(mostBytes));
    }
  }

  /** Takes an answer. */
  settle(reply: UplinkReply): void {
    const pending = reply.key === undefined ? undefined : this.#pending.get(reply.key);
    if (pending === undefined) return;
    if (reply.type === 'error') {
      // Its token was over when its turn came: it was not performed, and goes again with the next token.
      if (reply.code === 'TOKEN_EXPIRED') {
        pending.isSent = false;
        return;
      }
      return this.#fail(pending, new PushError(reply.code, reply.message, { retryMs: reply.retryMs }));
    }
    this.#remove(pending);
    pending.resolve(reply);
  }

  /** Rejects what is pending and stops everything. */
  close(): void {
    this.#isClosed = true;
    for (const lane of Object.values(this.#lanes)) lane.close();
    for (const pending of [...this.#pending.values()]) this.#fail(pending, closedError());
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
    if (this.#isClosed) return;
    const unsent = [...this.#pending.values()].filter((pending) => !pending.isSent);
    const { publish, call } = this.#lanes;
    if (this.#send === null) {
      publish.send(unsent.filter(({ type }) => type === 'publish'));
      call.send(unsent.filter(({ type }) => type === 'call'));
      return;
    }
    // Publishes that are under way come first: what follows them must not overtake them on another path.
    let rest = publish.isBusy ? unsent.filter(({ type }) => type === 'call') : unsent;
    while (rest.length > 0) {
      // Each call has a frame of its own, so that the publishes beside it need not wait until those before them are answered.
      const calls = rest.findIndex(({ type }) => type === 'call');
      const frame =
        calls === 0 ? rest.slice(0, 1) : together(rest.slice(0, calls === -1 ? undefined : calls), this.#frame);
      for (const pending of frame) pending.isSent = true;
      this.#send(frame.map(({ text }) => text).join('\n'));
      rest = rest.slice(frame.length);
    }
  }

  #expire(key: string, timeoutMs: number): void {
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    const lane = this.#lanes[pending.type];
    const met = lane.trouble === null ? '' : ` The last request met: ${lane.trouble}.`;
    this.#fail(pending, new PushError('TIMEOUT', `No answer came within ${timeoutMs} ms.${met}`));
    lane.prune();
  }

  #fail(pending: Pending, error: PushError): void {
    this.#remove(pending);
    pending.reject(error);
  }

  #remove(pending: Pending): void {
    this.#environment.clearTimeout(pending.timer);
    this.#pending.delete(pending.key);
  }
}

function closedError(): PushError {
  return new PushError('CLOSED', 'The client was closed before the operation was done.');
}
