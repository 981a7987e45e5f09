import { type Cursor, formatCursor, parseCursor } from '../transports/cursor.js';
import { PushError } from '../transports/error.js';
import type { Position } from '../transports/position.js';
import type { Json, Message } from '../transports/record.js';
import { Track } from './track.js';

/** More messages than this waiting for a loop that does not take them end the iteration with `BUFFER_FULL`. */
const BUFFERED = 10_000;

/** One call of an iterator's `next` that has nothing to return yet. */
interface Waiter<Data> {
  resolve(result: IteratorResult<Message<Data>, undefined>): void;
  reject(error: PushError): void;
}

/** What a subscription tells the client that made it. */
interface Owner {
  left(subscription: Subscription<unknown>): void;
  /** Brings the positions of all tracks up to date. */
  fold(): void;
}

/**
 * Takes messages. What is in their `data` is the application's promise: the client does not check it. (Written as a
 * method, whose parameter TypeScript compares both ways, so that a promise about `data` needs no cast.)
 */
export type Handler<Data = Json> = { handle(message: Message<Data>): void }['handle'];

/**
 * One interest in one channel. Messages go to the handler, synchronously and in order as they arrive; or to
 * `for await`, which buffers up to 10,000 of them. One loop at a time: two would share the messages between them.
 */
export class Subscription<Data = Json> implements AsyncIterable<Message<Data>> {
  readonly channel: string;
  /**
   * Resolves when a connection carries the channel; from then on nothing published is missed. Rejects with the
   * gateway's code when it refuses the channel, or with `CLOSED`.
   */
  readonly ready: Promise<void>;
  /** @internal */
  readonly track: Track;
  readonly #owner: Owner;
  readonly #handler: Handler<Data> | undefined;
  readonly #resolveReady: () => void;
  readonly #rejectReady: (error: PushError) => void;
  #buffer: Message<Data>[] | null;
  /** In the order in which they asked; empty while messages are buffered. */
  readonly #waiters: Waiter<Data>[] = [];
  #end: { readonly error: PushError | null; readonly position: Position } | null = null;

  /** @internal */
  constructor(channel: string, since: Position, handler: Handler<Data> | undefined, owner: Owner) {
    this.channel = channel;
    this.track = new Track(channel, since);
    this.#owner = owner;
    this.#handler = handler;
    this.#buffer = handler === undefined ? [] : null;
    let resolveReady = (): void => {};
    let rejectReady = (_error: PushError): void => {};
    this.ready = new Promise((resolve, reject) => {
      resolveReady = resolve;
      rejectReady = reject;
    });
    // Who does not look at `ready` is not to get an unhandled rejection for it.
    this.ready.catch(() => {});
    this.#resolveReady = resolveReady;
    this.#rejectReady = rejectReady;
  }

  /**
   * Where this subscription is: hand it to `since` to go on from here later. What waits for a loop is still to come; at its
   * end the subscription stays where it was. One to "earliest" stands at the beginning of the log, with offset 0, from when it
   * is carried until something has come.
   */
  get position(): Position {
    const next = this.#buffer?.[0];
    if (next !== undefined) return before(next.id);
    if (this.#end !== null) return this.#end.position;
    this.#owner.fold();
    return this.track.position;
  }

  get isClosed(): boolean {
    return this.#end !== null;
  }

  /** Ends the subscription and every loop over it. Safe to call twice. */
  close(): void {
    this.end(null);
  }

  /** The messages as they arrive. Leaving the loop closes the subscription. */
  [Symbol.asyncIterator](): AsyncIterator<Message<Data>, undefined> {
    this.#buffer ??= [];
    return {
      next: () => this.#next(),
      return: async () => {
        this.close();
        return { done: true, value: undefined };
      },
    };
  }

  /** @internal */
  carried(): void {
    this.#resolveReady();
  }

  /** @internal Throws what the handler throws. */
  deliver(message: Message<Data>): void {
    if (this.#end !== null) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value: message });
    } else if (this.#buffer !== null) {
      if (this.#buffer.length === BUFFERED) {
        const remedy = 'Take messages faster, or pass a handler, which is called as they arrive.';
        const text = `${BUFFERED} messages of "${this.channel}" wait to be read. ${remedy}`;
        return this.end(new PushError('BUFFER_FULL', text), before(message.id));
      }
      this.#buffer.push(message);
    }
    this.#handler?.(message);
  }

  /** @internal Ends it; with an error, loops throw that once they have taken what had arrived. */
  end(error: PushError | null, position?: Position): void {
    if (this.#end !== null) return;
    this.#owner.fold();
    this.#end = { error, position: position ?? this.track.position };
    this.track.end();
    this.#rejectReady(error ?? new PushError('CLOSED', `The subscription to "${this.channel}" was closed.`));
    for (const waiter of this.#waiters.splice(0)) {
      if (error === null) waiter.resolve({ done: true, value: undefined });
      else waiter.reject(error);
    }
    this.#owner.left(this);
  }

  async #next(): Promise<IteratorResult<Message<Data>, undefined>> {
    const message = this.#buffer?.shift();
    if (message !== undefined) return { done: false, value: message };
    if (this.#end?.error) throw this.#end.error;
    if (this.#end !== null) return { done: true, value: undefined };
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }
}

/** The place in the log right before a message. */
function before(id: Cursor): Position {
  const at = parseCursor(id);
  return at === null ? id : formatCursor(at.epoch, at.offset - 1);
}
