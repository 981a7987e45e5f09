import { PushError } from '../transports/error.js';
import type { Call, Operation, Publish } from '../transports/operation.js';
import type { ErrorRecord, Json, UplinkReply } from '../transports/record.js';
import type { Permit } from './access/permit.js';
import type { Author } from './author.js';
import { scopeOf } from './author.js';
import type { Bus, Receipt } from './bus/bus.js';
import { toJsonText } from './input.js';
import { ownerOf } from './limits/addresses.js';
import type { Limits } from './limits/limits.js';
import { TokenBuckets } from './limits/token-buckets.js';
import type { Parsed } from './operations.js';
import { typeOf } from './operations.js';
import { isFailure, toPushError } from './problem.js';
import { RecentAnswers } from './recent-answers.js';
import { within } from './within.js';

/**
 * Messages on their way into the log, all clients together, in characters of JSON. Beyond that, each POST and each
 * connection has one more at a time: a log that is slow must not fill the memory with batches, nor have to refuse them.
 */
const PUBLISHING = 4 * 1024 * 1024;

/** Who performs an operation. Client and user scope keys, and tell whose echo to spare. */
export interface Caller extends Author {
  /** The address that the connection came from. */
  readonly address: string;
}

/** A caller, with what it may do. */
export interface Requester extends Caller {
  readonly permit: Permit;
}

/** A function that clients may call. What it returns is the answer; a `PushError` that it throws goes to the caller. */
export type Method = (params: Json, caller: Caller) => unknown;

/** Options of {@link Uplink}. */
export interface UplinkOptions {
  readonly limits: Limits;
  /** How long a method may take, and after how long nothing more of a batch is begun, in milliseconds. */
  readonly callTimeoutMs: number;
  /** Called with what a method or the bus threw. */
  readonly failed: (error: unknown) => void;
}

/** Performs operations, whichever way they came up: each key once, and every one answered. */
export class Uplink {
  readonly #rate: TokenBuckets;
  readonly #methods = new Map<string, Method>();
  readonly #calls = new RecentAnswers({ count: 10_000, bytes: 16 * 1024 * 1024, ageMs: 120_000 });
  /** Characters of the messages that the log does not have yet. */
  #publishing = 0;

  constructor(
    private readonly bus: Bus,
    readonly options: UplinkOptions,
  ) {
    this.#rate = new TokenBuckets({ perSecond: options.limits.publishesPerSecond, now: () => performance.now() });
  }

  /** Whether so much is on its way into the log that everybody has one message more at a time. */
  get isFull(): boolean {
    return this.#publishing > PUBLISHING;
  }

  /** Registers a function that clients may call. @throws PushError when the name is taken */
  handle(method: string, call: Method): void {
    if (this.#methods.has(method)) throw new PushError('BAD_REQUEST', `A method "${method}" is registered already.`);
    this.#methods.set(method, call);
  }

  /**
   * Refuses a batch as a whole that begins with a message which comes too soon: the sender then knows that nothing has
   * happened. So one of which a message is in the log already is not refused here, but each of its messages for itself.
   *
   * @throws PushError `RATE_LIMITED`
   */
  checkRate(batch: readonly Parsed[], caller: Caller): void {
    const [first] = batch;
    if (first === undefined || typeOf(first) !== 'publish' || this.#waitMs(caller) === 0) return;
    const isRepeated = (parsed: Parsed) =>
      'operation' in parsed && parsed.operation.type === 'publish' && this.#isRepeated(parsed.operation, caller);
    if (!batch.some(isRepeated)) this.#checkRate(caller);
  }

  /**
   * Publishes for a caller, at its rate. A repetition, whose answer got lost, is neither counted nor refused: it has had its
   * effect. MUST NOT wait for anything before the log is asked: the order of the operations is that of these calls.
   *
   * @throws PushError `FORBIDDEN`, `RATE_LIMITED`, or what {@link publish} throws
   */
  async publishFor(operation: Omit<Publish, 'type'>, caller: Requester): Promise<Receipt> {
    caller.permit.checkPublish(operation.channel);
    if (!this.#rate.isUnlimited && !this.#isRepeated(operation, caller)) {
      this.#checkRate(caller);
      this.#rate.take(publisherOf(caller));
    }
    return this.publish(operation, caller);
  }

  /** Publishes for the gateway's own application. MUST NOT wait for anything before the log is asked. */
  async publish(
    operation: Omit<Publish, 'type' | 'data'> & { readonly data: unknown },
    author: Author,
  ): Promise<Receipt> {
    const { channel, key, echo } = operation;
    const data = toJsonText(operation.data, 'The message', this.options.limits);
    this.#publishing += data.length;
    try {
      return await this.bus.publish({
        channel,
        data,
        // Keys are the client's own: another client may use the same one for something else.
        ...(key === undefined ? {} : { key: scoped(author, channel, key) }),
        ...(echo === false && author.client !== null ? { except: scopeOf(author) } : {}),
      });
    } finally {
      this.#publishing -= data.length;
    }
  }

  /** Performs one operation and says how it went. Never rejects. */
  async perform(parsed: Parsed, caller: Requester): Promise<UplinkReply> {
    if ('error' in parsed) return errorRecord(parsed.error, parsed.key);
    const { operation } = parsed;
    const keyed = operation.key === undefined ? {} : { key: operation.key };
    try {
      switch (operation.type) {
        case 'publish': {
          const { id } = await this.publishFor(operation, caller);
          return { type: 'ack', ...keyed, id };
        }
        case 'call':
          caller.permit.checkCall(operation.method);
          return await this.#callOnce(operation, caller);
        case 'subscribe':
        case 'unsubscribe':
          throw new PushError(
            'OPERATION_INVALID',
            `"${operation.type}" needs a connection that goes both ways; name the channels in the downlink's query.`,
          );
        default:
          return operation satisfies never;
      }
    } catch (error) {
      return this.refuse(error, operation);
    }
  }

  /** The answer to an operation that failed; what is not the caller's fault is reported here. */
  refuse(error: unknown, { key }: Pick<Operation, 'key'>): ErrorRecord {
    const shown = toPushError(error);
    if (isFailure(shown)) this.options.failed(error);
    return errorRecord(shown, key);
  }

  #isRepeated({ channel, key }: Pick<Publish, 'channel' | 'key'>, author: Author): boolean {
    return key !== undefined && this.bus.knows(scoped(author, channel, key));
  }

  #waitMs(caller: Caller): number {
    return this.#rate.waitMs(publisherOf(caller));
  }

  #checkRate(caller: Caller): void {
    const retryMs = this.#waitMs(caller);
    if (retryMs === 0) return;
    const { publishesPerSecond } = this.options.limits;
    const message = `${publishesPerSecond} messages in a second are allowed; publish this one again in ${retryMs} ms.`;
    throw new PushError('RATE_LIMITED', message, { retryMs });
  }

  #callOnce(call: Call, caller: Caller): Promise<UplinkReply> {
    if (call.key === undefined) return this.#call(call, caller);
    return this.#calls.once(scoped(caller, call.method, call.key), () => this.#call(call, caller));
  }

  async #call({ method, params, key }: Call, caller: Caller): Promise<UplinkReply> {
    const keyed = key === undefined ? {} : { key };
    const call = this.#methods.get(method);
    if (call === undefined) {
      const message = `This gateway has no method "${method}"; register it with gateway.handle().`;
      return errorRecord(new PushError('METHOD_UNKNOWN', message), key);
    }
    try {
      toJsonText(params, 'What is in "params"', this.options.limits);
      const { client, address, user } = caller;
      const answer = await within(this.options.callTimeoutMs, async () => call(params, { client, address, user }));
      const text = toJsonText(answer ?? null, 'The answer', this.options.limits);
      const result: Json = JSON.parse(text);
      return { type: 'reply', ...keyed, result };
    } catch (error) {
      if (error instanceof PushError) return errorRecord(error, key);
      this.options.failed(error);
      return errorRecord(new PushError('CALL_FAILED', `"${method}" failed; the gateway's log says why.`), key);
    }
  }
}

/** What is told of an operation that failed. */
export function errorRecord({ code, message, retryMs, channels }: PushError, key: string | undefined): ErrorRecord {
  const keyed = key === undefined ? {} : { key };
  const more = { ...(retryMs === undefined ? {} : { retryMs }), ...(channels === undefined ? {} : { channels }) };
  return { type: 'error', ...keyed, code, message, ...more };
}

/** Whose rate it is. */
function publisherOf({ user, address }: Caller): string {
  return user === null ? `address ${ownerOf(address)}` : `user ${user}`;
}

/** A key among those of all authors and purposes. JSON texts have no line breaks, so that it is unambiguous. */
function scoped(author: Author, purpose: string, key: string): string {
  return `${scopeOf(author)}\n${JSON.stringify(purpose)}\n${key}`;
}
