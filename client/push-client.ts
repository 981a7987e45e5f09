import { channelFault } from '../transports/channel.js';
import type { Cursor } from '../transports/cursor.js';
import type { Environment } from '../transports/environment.js';
import { PushError } from '../transports/error.js';
import { isPosition, type Position } from '../transports/position.js';
import { reasonText } from '../transports/reason-text.js';
import type { Json, Message } from '../transports/record.js';
import type { GapNotice } from './coverage.js';
import { Credentials } from './credentials.js';
import { tooManyChannels } from './demand.js';
import { Emitter } from './emitter.js';
import type { Phase } from './negotiation-state.js';
import { Negotiator } from './negotiator.js';
import {
  type ConnectOptions,
  checkEnvironment,
  type Settings,
  toBase,
  toDuration,
  toOptions,
  toSettings,
} from './options.js';
import { type Outgoing, outgoingCall, outgoingPublish } from './outgoing.js';
import { poster } from './poster.js';
import { randomId } from './random-id.js';
import { type Handler, Subscription } from './subscription.js';
import { Trace, type TraceEntry } from './trace.js';
import type { Track } from './track.js';
import { Uplink } from './uplink.js';

/** What the client is doing. `waiting` is the pause between tries. */
export type ClientState = Phase['at'];

/** What `on` tells about. */
export interface ClientEvents {
  /**
   * Another transport carries now; `from` is `null` the first time. It is not told when the same transport comes back after
   * an outage, nor when an outage begins: listen to `state` for those.
   */
  transport: { readonly from: string | null; readonly to: string; readonly reason: string };
  state: { readonly from: ClientState; readonly to: ClientState };
  /** Messages on a channel are gone from the log; what is left follows. */
  gap: GapNotice;
  /**
   * `UNREACHABLE` when no transport could be proved, with all failures in the message; what a handler threw; or the
   * refusal that closed the client.
   */
  error: PushError;
  trace: TraceEntry;
}

export interface SubscribeOptions {
  /**
   * Where to start: after a cursor, `earliest` for as far back as the log goes, or `now`. On a channel that the client
   * carries already, `now` is where its connection has come: what was published before the call and is still under way,
   * such as until the next poll or behind the backlog of a slow connection, comes too. `earliest` on such a channel asks from
   * the beginning of the log, and what the log has let go of is told as a gap.
   * @default 'now'
   */
  readonly since?: Position;
}

export interface OperationOptions {
  /**
   * The idempotency key: an operation with the same key has its effect once and gets the same answer.
   * @default a random one
   */
  readonly key?: string;
  /**
   * How long to wait for the answer, in milliseconds.
   * @default the option `timeoutMs` of `connect`
   */
  readonly timeoutMs?: number;
}

export interface PublishOptions extends OperationOptions {
  /**
   * `false` keeps the message from this client's own subscriptions.
   * @default true
   */
  readonly echo?: boolean;
}

/** A client of one gateway. Made by `connect`. */
export class PushClient {
  readonly #settings: Settings;
  readonly #credentials: Credentials;
  readonly #negotiator: Negotiator;
  readonly #uplink: Uplink;
  readonly #emitter: Emitter<ClientEvents>;
  readonly #trace = new Trace();
  readonly #subscriptions = new Map<Track, Subscription<unknown>>();
  readonly #startedAt: number;
  readonly #stopWaking: () => void;

  constructor(address: string, environment: Environment, options: ConnectOptions) {
    const settings = toSettings(options);
    checkEnvironment(environment);
    const base = toBase(address, environment.origin);
    const client = randomId();
    this.#settings = settings;
    this.#startedAt = environment.now();
    this.#emitter = new Emitter((error, event) => this.#thrown(error, event === 'error'));
    const credentials = new Credentials(settings.token, environment, settings.timeoutMs);
    this.#credentials = credentials;
    const setting = { environment, settings, base, client, credentials, patience: { times: 1 } };
    this.#uplink = new Uplink(environment, poster(setting), {
      baseMs: settings.backoffMs,
      capMs: settings.backoffCapMs,
    });
    this.#negotiator = new Negotiator(setting, settings, settings.halves, {
      tracks: () => [...this.#subscriptions.keys()],
      phase: (from, to) => this.#emitter.emit('state', { from, to }),
      adopted: (from, to, reason) => {
        if (from !== to) this.#emitter.emit('transport', { from, to, reason });
      },
      message: (message, taker) => this.#deliver(message, taker),
      gap: (notice) => this.#emitter.emit('gap', notice),
      covered: (tracks) => {
        for (const track of tracks) this.#subscriptions.get(track)?.carried();
      },
      refused: (tracks, error) => {
        for (const track of tracks) this.#subscriptions.get(track)?.end(error);
      },
      uplink: (send) => this.#uplink.use(send),
      limited: (limits) => this.#uplink.limit(limits),
      answered: (reply) => this.#uplink.settle(reply),
      failed: (error, final) => this.#failed(error, final),
      trace: (entry) => this.#note({ at: environment.now() - this.#startedAt, ...entry }),
    });
    this.#stopWaking = environment.onWake((reason) => {
      // What was asked on the old network may hang for long on the new one.
      if (reason === 'online') credentials.forget('the network has changed meanwhile');
      this.#negotiator.wake(reason);
    });
  }

  /** The transport that carries now; `null` while none does. */
  get transport(): string | null {
    return this.#negotiator.transport;
  }

  /** `idle` while there is no subscription: then nothing is open. */
  get state(): ClientState {
    return this.#negotiator.phase;
  }

  /** The last 200 things that the negotiation did, oldest first. */
  get trace(): readonly TraceEntry[] {
    return this.#trace.entries;
  }

  /**
   * Subscribes to a channel. The handler gets each message after the starting position once and in order, through
   * every change of transport; without a handler, read the subscription with `for await`.
   * Throws `CHANNEL_INVALID`, `CURSOR_INVALID`, `BAD_REQUEST` for options that are none, `CLOSED` when the client is
   * closed, and `CHANNELS_TOO_MANY` beyond the gateway's limit. Before that limit is known, the subscriptions beyond it
   * end with this code, the last ones first.
   */
  subscribe<Data = Json>(channel: string, handler?: Handler<Data>, options?: SubscribeOptions): Subscription<Data>;
  subscribe<Data = Json>(channel: string, options?: SubscribeOptions): Subscription<Data>;
  subscribe<Data = Json>(
    channel: string,
    second?: Handler<Data> | SubscribeOptions,
    third: SubscribeOptions = {},
  ): Subscription<Data> {
    const [handler, options] =
      typeof second === 'function' || second === undefined
        ? ([second, third] as const)
        : ([undefined, second] as const);
    const { since = 'now' } = toOptions(options);
    checkChannel(channel);
    if (!isPosition(since)) {
      const remedy = 'Give the id of a message, "earliest" or "now".';
      throw new PushError('CURSOR_INVALID', `"${String(since)}" is not a position. ${remedy}`);
    }
    if (this.state === 'closed') throw new PushError('CLOSED', 'The client is closed. Connect anew.');
    this.#checkChannelCount(channel);
    const subscription = new Subscription(channel, since, handler, this);
    this.#subscriptions.set(subscription.track, subscription);
    this.#negotiator.changed();
    return subscription;
  }

  /**
   * Publishes a message; resolves with its cursor when the log has it. `data` is anything that JSON can hold. Rejects
   * with `JSON_INVALID`, `TOO_LARGE`, `TIMEOUT`, `CLOSED`, `BUFFER_FULL`, or the code of the gateway's refusal.
   */
  async publish(channel: string, data: Json, options: PublishOptions = {}): Promise<{ readonly id: Cursor }> {
    checkChannel(channel);
    const { key = randomId(), echo } = toOptions(options);
    const publish = { type: 'publish', channel, key, ...(echo === false ? { echo } : {}) } as const;
    const reply = await this.#perform(outgoingPublish(publish, data, this.#mostBytes), options);
    if (reply.type === 'ack' && reply.id !== undefined) return { id: reply.id };
    throw new PushError('INTERNAL', 'The gateway answered a publish with something else than an ack.');
  }

  /**
   * Calls a function that is registered at the gateway; resolves with its result. Calls and publishes do not wait for each
   * other: where their order matters, await the first. Rejects like `publish`, and with `METHOD_UNKNOWN` or the code that
   * the function threw.
   */
  async call(method: string, params: Json = null, options: OperationOptions = {}): Promise<Json> {
    const { key = randomId() } = toOptions(options);
    const reply = await this.#perform(outgoingCall({ type: 'call', method, key }, params, this.#mostBytes), options);
    if (reply.type === 'reply') return reply.result;
    throw new PushError('INTERNAL', 'The gateway answered a call with something else than a reply.');
  }

  /** Calls `listener` at each event of this name; returns how to stop that. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  /**
   * Ends everything, for good: subscriptions end, pending operations reject with `CLOSED`, and no timer, socket,
   * listener or frame is left. Safe to call twice.
   */
  async close(): Promise<void> {
    // A foreign half may throw when it is closed.
    try {
      this.#negotiator.close();
    } finally {
      this.#end(null);
    }
  }

  /** @internal Called by a subscription that is asked where it is. */
  fold(): void {
    this.#negotiator.fold();
  }

  /** @internal Called by a subscription that has ended. */
  left(subscription: Subscription<unknown>): void {
    this.#subscriptions.delete(subscription.track);
    if (this.state !== 'closed') this.#negotiator.changed();
  }

  #end(error: PushError | null): void {
    this.#stopWaking();
    this.#credentials.forget('the client was closed');
    this.#uplink.close();
    for (const subscription of [...this.#subscriptions.values()]) subscription.end(error);
  }

  #perform(operation: Outgoing, { timeoutMs }: OperationOptions) {
    return this.#uplink.perform(operation, toDuration('timeoutMs', timeoutMs, this.#settings.timeoutMs));
  }

  get #mostBytes(): number {
    return this.#negotiator.limits?.messageBytes ?? Number.POSITIVE_INFINITY;
  }

  #checkChannelCount(added: string): void {
    const most = this.#negotiator.limits?.channels ?? Number.POSITIVE_INFINITY;
    if (this.#subscriptions.size < most) return;
    const channels = new Set([...this.#subscriptions.keys()].map((track) => track.channel));
    if (!channels.has(added) && channels.size >= most) throw tooManyChannels(most);
  }

  #deliver(message: Message, taker: Track): void {
    try {
      this.#subscriptions.get(taker)?.deliver(message);
    } catch (error) {
      this.#thrown(error, false);
    }
  }

  #failed(error: PushError, final: boolean): void {
    this.#emitter.emit('error', error);
    if (final) this.#end(error);
  }

  #note(entry: TraceEntry): void {
    this.#trace.add(entry);
    this.#emitter.emit('trace', entry);
  }

  /** What the application's own code threw. */
  #thrown(cause: unknown, inErrorListener: boolean): void {
    const text = reasonText(cause);
    const error = new PushError('HANDLER_FAILED', `A handler of the application threw: ${text}`, { cause });
    if (!inErrorListener && this.#emitter.emit('error', error)) return;
    // Nobody listens: then it goes where an error in any other callback goes.
    queueMicrotask(() => {
      throw cause;
    });
  }
}

function checkChannel(channel: string): void {
  const fault = channelFault(channel);
  if (fault !== null) throw new PushError('CHANNEL_INVALID', fault);
}
