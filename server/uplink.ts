import { PushError } from '../transports/error.js';
import type { Call, Operation, Publish } from '../transports/operation.js';
import type { ErrorRecord, Json, UplinkReply } from '../transports/record.js';
import type { Bus, Receipt } from './bus/bus.js';
import { RecentKeys } from './bus/recent-keys.js';
import { toJsonText } from './input.js';
import type { Limits } from './limits.js';
import type { Parsed } from './operations.js';
import { toPushError } from './problem.js';

/** Who performs an operation. */
export interface Caller {
  /** The name that the client gave itself; it scopes keys, and tells whose echo to spare. */
  readonly client: string | null;
  /** The address that the connection came from. */
  readonly address: string;
}

/** A function that clients may call. What it returns is the answer; a `PushError` that it throws goes to the caller. */
export type Method = (params: Json, caller: Caller) => unknown;

/** Options of {@link Uplink}. */
export interface UplinkOptions {
  readonly limits: Limits;
  /** How long a method may take, in milliseconds. */
  readonly callTimeoutMs: number;
  /** Called with what a method or the bus threw. */
  readonly failed: (error: unknown) => void;
}

/** Performs operations, whichever way they came up: each key once, and every one answered. */
export class Uplink {
  readonly #methods = new Map<string, Method>();
  /** Answers of recent calls. A call under way is there already, so that its repetition waits for the same answer. */
  readonly #calls = new RecentKeys<Promise<UplinkReply>>({ count: 10_000, ageMs: 120_000, now: Date.now });

  constructor(
    private readonly bus: Bus,
    private readonly options: UplinkOptions,
  ) {}

  /** Registers a function that clients may call. @throws PushError when the name is taken */
  handle(method: string, call: Method): void {
    if (this.#methods.has(method)) throw new PushError('BAD_REQUEST', `A method "${method}" is registered already.`);
    this.#methods.set(method, call);
  }

  /** Publishes for the gateway's own application. */
  async publish(
    operation: Omit<Publish, 'type' | 'data'> & { readonly data: unknown },
    client: string | null,
  ): Promise<Receipt> {
    const { channel, key, echo } = operation;
    return this.bus.publish({
      channel,
      data: toJsonText(operation.data, 'The message', this.options.limits),
      // Keys are the client's own: another client may use the same one for something else.
      ...(key === undefined ? {} : { key: scoped(client, channel, key) }),
      ...(echo === false && client !== null ? { except: client } : {}),
    });
  }

  /** Performs one operation and says how it went. Never rejects. */
  async perform(parsed: Parsed, caller: Caller): Promise<UplinkReply> {
    if ('error' in parsed) return errorRecord(parsed.error, parsed.key);
    const { operation } = parsed;
    const keyed = operation.key === undefined ? {} : { key: operation.key };
    try {
      switch (operation.type) {
        case 'publish': {
          const { id } = await this.publish(operation, caller.client);
          return { type: 'ack', ...keyed, id };
        }
        case 'call':
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

  #callOnce(call: Call, caller: Caller): Promise<UplinkReply> {
    if (call.key === undefined) return this.#call(call, caller);
    const name = scoped(caller.client, call.method, call.key);
    const known = this.#calls.get(name);
    if (known !== undefined) return known;
    const answer = this.#call(call, caller);
    this.#calls.set(name, answer);
    return answer;
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
      const answer = await withTimeout(async () => call(params, caller), this.options.callTimeoutMs);
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

function errorRecord({ code, message }: PushError, key: string | undefined): ErrorRecord {
  return { type: 'error', ...(key === undefined ? {} : { key }), code, message };
}

/** A key among those of all clients and purposes. Names have no line breaks, so that it is unambiguous. */
function scoped(client: string | null, purpose: string, key: string): string {
  return `${client ?? ''}\n${JSON.stringify(purpose)}\n${key}`;
}

async function withTimeout<T>(work: () => Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PushError('TIMEOUT', `No answer within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
