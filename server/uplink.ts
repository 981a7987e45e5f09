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
import { PublishRate } from './limits/publish-rate.js';
import type { Metrics } from './metrics.js';
import type { Parsed } from './operations.js';
import { toPushError } from './problem.js';
import { RecentAnswers } from './recent-answers.js';
import { within } from './within.js';

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

/** The operations of one frame or POST. */
export interface Batch {
  readonly operations: readonly Parsed[];
  readonly metrics: Metrics;
  /** Performs one of them; `null` when its answer went out already. MUST NOT reject. */
  readonly perform: (parsed: Parsed) => Promise<UplinkReply | null>;
  /** Whether nobody is there any more to take the answers. */
  readonly isGone?: () => boolean;
}

/** Performs operations, whichever way they came up: each key once, and every one answered. */
export class Uplink {
  readonly #rate: PublishRate;
  readonly #methods = new Map<string, Method>();
  readonly #calls = new RecentAnswers({ count: 10_000, bytes: 16 * 1024 * 1024, ageMs: 120_000 });

  constructor(
    private readonly bus: Bus,
    private readonly options: UplinkOptions,
  ) {
    this.#rate = new PublishRate(options.limits.publishesPerSecond, () => performance.now());
  }

  /** Registers a function that clients may call. @throws PushError when the name is taken */
  handle(method: string, call: Method): void {
    if (this.#methods.has(method)) throw new PushError('BAD_REQUEST', `A method "${method}" is registered already.`);
    this.#methods.set(method, call);
  }

  /**
   * Refuses a batch as a whole that begins with a message which comes too soon: the sender then knows that nothing has
   * happened.
   *
   * @throws PushError `RATE_LIMITED`
   */
  checkRate([first]: readonly Parsed[], caller: Caller): void {
    if (first !== undefined && 'operation' in first && first.operation.type === 'publish') this.#checkRate(caller);
  }

  /** Publishes for a caller. @throws PushError `FORBIDDEN`, `RATE_LIMITED`, or what {@link publish} throws */
  async publishFor(operation: Omit<Publish, 'type'>, caller: Requester): Promise<Receipt> {
    caller.permit.checkPublish(operation.channel);
    this.#checkRate(caller);
    this.#rate.take(publisherOf(caller));
    return this.publish(operation, caller);
  }

  /** Publishes for the gateway's own application. */
  async publish(
    operation: Omit<Publish, 'type' | 'data'> & { readonly data: unknown },
    author: Author,
  ): Promise<Receipt> {
    const { channel, key, echo } = operation;
    return this.bus.publish({
      channel,
      data: toJsonText(operation.data, 'The message', this.options.limits),
      // Keys are the client's own: another client may use the same one for something else.
      ...(key === undefined ? {} : { key: scoped(author, channel, key) }),
      ...(echo === false && author.client !== null ? { except: scopeOf(author) } : {}),
    });
  }

  /**
   * Performs operations one after the other, so that they have their effects in the order in which they were sent.
   * Resolves with the answers, each as JSON text. Once these are too large, or have taken too long, the operations
   * that are left are refused: a small batch of calls must not cost more than a large one of messages.
   */
  async performAll({ operations, metrics, perform, isGone = () => false }: Batch): Promise<string[]> {
    const answers: string[] = [];
    const until = performance.now() + this.options.callTimeoutMs;
    let bytes = 0;
    for (const parsed of operations) {
      if (isGone()) break;
      const excess = this.#excess(bytes, until);
      const reply = excess === null ? await perform(parsed) : errorRecord(excess, keyOf(parsed));
      const type = 'operation' in parsed ? parsed.operation.type : 'unreadable';
      metrics.operations.inc({ type, outcome: reply?.type ?? 'ack' });
      if (reply?.type === 'error') metrics.refused(reply.code);
      if (reply === null) continue;
      const answer = JSON.stringify(reply);
      bytes += Buffer.byteLength(answer);
      answers.push(answer);
    }
    return answers;
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
    if (shown.code === 'INTERNAL') this.options.failed(error);
    return errorRecord(shown, key);
  }

  #checkRate(caller: Caller): void {
    const retryMs = this.#rate.waitMs(publisherOf(caller));
    if (retryMs === 0) return;
    const { publishesPerSecond } = this.options.limits;
    const message = `${publishesPerSecond} messages in a second are allowed; publish this one again in ${retryMs} ms.`;
    throw new PushError('RATE_LIMITED', message, { retryMs });
  }

  /** Why no more of a batch is performed, or `null` when it is. */
  #excess(bytes: number, until: number): PushError | null {
    const { limits, callTimeoutMs } = this.options;
    const remedy = 'This operation was not performed: send it again, in a batch of its own.';
    if (bytes > limits.bodyBytes) {
      return new PushError('TOO_LARGE', `The answers before have more than ${limits.bodyBytes} bytes. ${remedy}`);
    }
    if (performance.now() < until) return null;
    return new PushError('TIMEOUT', `The operations before took more than ${callTimeoutMs} ms. ${remedy}`);
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

function keyOf(parsed: Parsed): string | undefined {
  return 'operation' in parsed ? parsed.operation.key : parsed.key;
}

function errorRecord({ code, message, retryMs, channels }: PushError, key: string | undefined): ErrorRecord {
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
