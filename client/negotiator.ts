import type { ClientTransport, CloseReason } from '../transports/client-transport.js';
import { type Environment, LONGEST_TIMER_MS, type Timer, type WakeReason } from '../transports/environment.js';
import { PushError } from '../transports/error.js';
import type { Gap, Hello, Message, UplinkReply } from '../transports/record.js';
import { Connection, type ConnectionListener, type ConnectionSetting } from './connection.js';
import type { GapNotice } from './coverage.js';
import type { Token } from './credentials.js';
import { step } from './negotiation.js';
import {
  deadline,
  type Effect,
  insteadOf,
  type NegotiationRules,
  type Phase,
  START,
  type Stimulus,
} from './negotiation-state.js';
import { Preparations, type Prepared } from './preparations.js';
import type { TraceEntry } from './trace.js';
import type { Track } from './track.js';

/** What the negotiator tells the client. */
export interface NegotiatorListener {
  /** Every track that is wanted now. */
  tracks(): readonly Track[];
  phase(from: Phase['at'], to: Phase['at']): void;
  /** Another connection carries now. */
  adopted(from: string | null, to: string, reason: string): void;
  message(message: Message, takers: readonly Track[]): void;
  gap(notice: GapNotice): void;
  covered(tracks: readonly Track[]): void;
  refused(tracks: readonly Track[], error: PushError): void;
  /** The path upwards: `null` when no connection goes both ways. */
  uplink(send: ((frame: string) => void) | null): void;
  /** What the gateway takes, before anything goes up over the connection that has said so. */
  limited(limits: Hello['limits']): void;
  answered(reply: UplinkReply): void;
  failed(error: PushError, final: boolean): void;
  trace(entry: Omit<TraceEntry, 'at'>): void;
}

/** Performs what the negotiation decides, and tells it what came of that. */
export class Negotiator {
  readonly #environment: Environment;
  readonly #setting: ConnectionSetting;
  readonly #rules: NegotiationRules;
  readonly #listener: NegotiatorListener;
  /** Open connections and, as `null`, those that are still being prepared. */
  readonly #connections = new Map<number, Connection | null>();
  readonly #preparations: Preparations;
  /** How to give back the place that a connection holds. */
  readonly #leaving = new Map<number, () => void>();
  readonly #stimuli: Stimulus[] = [];
  #state = START;
  #current: Connection | null = null;
  #limits: Hello['limits'] | null = null;
  /** How many channels a connection may be asked for. */
  #mostChannels = Number.POSITIVE_INFINITY;
  #timer: Timer | null = null;
  #isStepping = false;
  #isReconciling = false;

  constructor(
    setting: ConnectionSetting,
    rules: NegotiationRules,
    halves: ReadonlyMap<string, ClientTransport>,
    listener: NegotiatorListener,
  ) {
    this.#environment = setting.environment;
    this.#setting = setting;
    this.#rules = rules;
    this.#preparations = new Preparations(setting, halves, rules.order.length > 1);
    this.#listener = listener;
  }

  get phase(): Phase['at'] {
    return this.#state.phase.at;
  }

  /** The transport that carries now. */
  get transport(): string | null {
    return this.#current?.transport ?? null;
  }

  /** What the gateway said about sizes; `null` before the first hello. */
  get limits(): Hello['limits'] | null {
    return this.#limits;
  }

  /** The wanted tracks have changed. Several changes in one turn of the event loop are one. */
  changed(): void {
    if (this.#isReconciling) return;
    this.#isReconciling = true;
    queueMicrotask(() => {
      this.#isReconciling = false;
      this.#reconcile();
    });
  }

  wake(reason: WakeReason): void {
    // Only of a page that was merely hidden may be believed that its connection is as it was.
    this.tell({ type: 'wake', reason, stale: reason !== 'visible' || this.#current?.isQuiet === true });
  }

  close(): void {
    this.tell({ type: 'close' });
  }

  /** One stimulus after the other: what an effect sets off waits until the step is done. */
  tell(stimulus: Stimulus): void {
    this.#stimuli.push(stimulus);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#stimuli.shift(); next !== undefined; next = this.#stimuli.shift()) this.#step(next);
    } finally {
      this.#isStepping = false;
      this.#arm();
    }
  }

  #step(stimulus: Stimulus): void {
    const heardAt = this.#current?.heardAt ?? Number.NEGATIVE_INFINITY;
    const event = { ...stimulus, now: this.#environment.now(), random: this.#environment.random(), heardAt };
    const from = this.#state.phase.at;
    const [state, effects] = step(this.#state, event, this.#rules);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (state.phase.at !== from) this.#listener.phase(from, state.phase.at);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'open':
        return this.#open(effect.id, effect.transport);
      case 'drop':
        return this.#drop(effect.id);
      case 'adopt':
        return this.#adopt(effect.id, effect.from, effect.reason);
      case 'refuse':
        this.#refuseUncovered(effect.reason);
        return this.#askForOthers(effect.reason);
      case 'report':
        return this.#listener.failed(effect.error, effect.final);
      case 'trace': {
        const { type: _, ...entry } = effect;
        return this.#listener.trace(entry);
      }
      default:
        return effect satisfies never;
    }
  }

  #open(id: number, transport: string): void {
    this.#connections.set(id, null);
    const failed = (error: unknown) => this.#failed(id, textOf(error));
    try {
      const prepared = this.#preparations.of(transport);
      if (prepared instanceof Promise) prepared.then((ready) => this.#connect(id, ready), failed);
      else this.#connect(id, prepared);
    } catch (error) {
      failed(error);
    }
  }

  #connect(id: number, prepared: Prepared): void {
    const isWanted = this.#connections.has(id);
    if ('missing' in prepared) {
      this.#connections.delete(id);
      if (isWanted) this.tell({ type: 'unsupported', id, detail: prepared.missing });
      return;
    }
    const { half, leave } = prepared;
    if (!isWanted) return leave();
    this.#leaving.set(id, leave);
    try {
      const instead = insteadOf(this.#state, half.name);
      this.#connections.set(id, new Connection(half, this.#setting, this.#listen(id), instead));
    } catch (error) {
      this.#failed(id, `not opened: ${textOf(error)}`);
    }
  }

  #forget(id: number): void {
    this.#connections.delete(id);
    this.#leaving.get(id)?.();
    this.#leaving.delete(id);
  }

  #failed(id: number, detail: string): void {
    if (this.#connections.has(id)) this.#ended(id, { detail });
  }

  #tokenOf(id: number): Token | null {
    return this.#connections.get(id)?.token ?? null;
  }

  #listen(id: number): ConnectionListener {
    const listener = this.#listener;
    return {
      tracks: () => {
        this.#current?.fold();
        return firstChannels(listener.tracks(), this.#mostChannels);
      },
      hello: (hello, ms) => {
        this.#setting.credentials.proved(this.#tokenOf(id));
        this.#limit(hello.limits);
        this.tell({ type: 'hello', id, offered: hello.transports, ms });
      },
      message: (message, takers) => listener.message(message, takers),
      gap: (gap) => this.#gap(id, gap),
      bye: ({ reason, retryMs }) => {
        if (reason === 'expired') this.#setting.credentials.renew(this.#tokenOf(id));
        this.tell({ type: 'bye', id, reason, retryMs });
      },
      covered: (tracks) => listener.covered(tracks),
      refused: (tracks, error) => listener.refused(tracks, error),
      answered: (reply) => listener.answered(reply),
      complained: (error) => listener.failed(error, false),
      silent: (ms) => this.tell({ type: 'silent', id, ms }),
      doubted: (ms) => this.tell({ type: 'doubted', id, ms }),
      closed: (reason) => this.#ended(id, reason),
    };
  }

  /** Refuses what goes beyond the gateway's limit, so that it does not stand in the way of the rest. */
  #limit(limits: Hello['limits']): void {
    this.#limits = limits;
    this.#listener.limited(limits);
    this.#mostChannels = limits.channels;
    const tracks = this.#listener.tracks();
    const allowed = new Set(firstChannels(tracks, limits.channels));
    if (allowed.size === tracks.length) return;
    const surplus = tracks.filter((track) => !allowed.has(track));
    this.#listener.refused(surplus, tooManyChannels(limits.channels));
  }

  /** Before a hello nobody knows how many channels are too many: asking for half of them soon brings one. */
  #askForFewer(reason: CloseReason, connection: Connection | null): CloseReason {
    const asked = connection?.coverage.channels.length ?? 0;
    if (reason.code !== 'CHANNELS_TOO_MANY' || asked < 2) return reason;
    this.#mostChannels = Math.min(this.#mostChannels, Math.floor(asked / 2));
    return { ...reason, retry: true };
  }

  #gap(id: number, gap: Gap): void {
    for (const notice of this.#connections.get(id)?.coverage.skip(gap) ?? []) this.#listener.gap(notice);
  }

  #ended(id: number, reason: CloseReason): void {
    const connection = this.#connections.get(id);
    this.#forget(id);
    // Others may have come to be wanted since it was asked: they were not refused.
    const asked = connection?.coverage.channels ?? [];
    let outcome = this.#askForLess(this.#askForFewer(reason, connection ?? null), asked, connection?.token ?? null);
    if (connection && connection === this.#current) {
      this.#carry(null);
      // What was carried before was not what the gateway refused: without the rest it may go on.
      if (outcome.retry === false && this.#refuseUncovered({ ...reason, channels: asked }, connection))
        outcome = { ...reason, retry: true };
    }
    const told = outcome.retry === false ? { channels: asked, ...outcome } : outcome;
    this.tell({ type: 'ended', id, reason: told, isMended: reason.retry === false && outcome.retry === true });
  }

  /** A token that is over can be replaced, and a channel that is refused need not stand in the way of the others. */
  #askForLess(reason: CloseReason, asked: readonly string[], token: Token | null): CloseReason {
    const { code, channels = [], detail } = reason;
    if (code === 'TOKEN_EXPIRED' || code === 'UNAUTHORIZED') {
      return this.#setting.credentials.renew(token) ? { ...reason, retry: true } : reason;
    }
    const tracks = this.#listener.tracks();
    const refused = tracks.filter(({ channel }) => channels.includes(channel));
    // They are not wanted any more: the next request is without them.
    if (refused.length === 0 && asked.some((channel) => channels.includes(channel))) return { ...reason, retry: true };
    if (refused.length === 0 || refused.length === tracks.length) return reason;
    this.#listener.refused(refused, new PushError(code ?? 'FORBIDDEN', detail));
    return { ...reason, retry: true };
  }

  /** Refuses the tracks that the connection did not get to carry; `false` when there are none, or no others. */
  #refuseUncovered(reason: CloseReason, connection: Connection | null = this.#current): boolean {
    const tracks = this.#listener.tracks();
    const { channels } = reason;
    const uncovered = tracks.filter(
      (track) => connection?.coverage.covers(track) !== true && channels?.includes(track.channel) !== false,
    );
    if (uncovered.length === 0 || uncovered.length === tracks.length) return false;
    this.#listener.refused(uncovered, new PushError(reason.code ?? 'BAD_REQUEST', reason.detail));
    return true;
  }

  /** Who came to be wanted while a renewal was under way was not refused with it, and is asked for now. */
  #askForOthers({ channels }: CloseReason): void {
    const { coverage } = this.#current ?? {};
    const isLeft = (track: Track) => !coverage?.covers(track) && channels?.includes(track.channel) === false;
    if (this.#listener.tracks().some(isLeft)) this.changed();
  }

  #drop(id: number): void {
    const connection = this.#connections.get(id);
    this.#forget(id);
    connection?.close();
    if (connection && connection === this.#current) this.#carry(null);
  }

  #adopt(id: number, from: string | null, reason: string): void {
    const connection = this.#connections.get(id);
    if (!connection) return;
    this.#carry(connection);
    this.#listener.adopted(from, connection.transport, reason);
    // It was asked for what was wanted when it was opened.
    this.changed();
  }

  #carry(connection: Connection | null): void {
    this.#current = connection;
    this.#listener.uplink(connection?.send ?? null);
  }

  #reconcile(): void {
    const tracks = this.#listener.tracks();
    if (tracks.length === 0) return this.tell({ type: 'unwanted' });
    if (this.phase === 'idle') return this.tell({ type: 'wanted' });
    if (this.#current !== null && !this.#current.reconcile(tracks)) {
      this.tell({ type: 'renew', detail: 'the channels have changed' });
    }
  }

  #arm(): void {
    if (this.#timer !== null) this.#environment.clearTimeout(this.#timer);
    this.#timer = null;
    const at = deadline(this.#state);
    if (at === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#environment.setTimeout(
      () => {
        this.#timer = null;
        this.tell({ type: 'tick', awaited: this.#setting.credentials.isReady ? 'hello' : 'token' });
      },
      Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil(at - this.#environment.now()))),
    );
  }
}

/** The error of a subscription beyond the gateway's limit. */
export function tooManyChannels(limit: number): PushError {
  const remedy = "Close other subscriptions, use a second client, or raise the gateway's limit.";
  return new PushError('CHANNELS_TOO_MANY', `The gateway carries ${limit} channels on one connection. ${remedy}`);
}

function firstChannels(tracks: readonly Track[], most: number): readonly Track[] {
  const channels = new Set([...new Set(tracks.map(({ channel }) => channel))].slice(0, most));
  return tracks.filter(({ channel }) => channels.has(channel));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
