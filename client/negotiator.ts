import type { ClientTransport, CloseReason } from '../transports/client-transport.js';
import { type Environment, LONGEST_TIMER_MS, type Timer, type WakeReason } from '../transports/environment.js';
import type { PushError } from '../transports/error.js';
import type { Hello, Message, UplinkReply } from '../transports/record.js';
import type { Connection, ConnectionListener } from './connection.js';
import type { ConnectionSetting } from './connection-setting.js';
import { Connections } from './connections.js';
import type { GapNotice } from './coverage.js';
import type { Token } from './credentials.js';
import { Demand, type DemandListener } from './demand.js';
import { step } from './negotiation.js';
import {
  deadline,
  type Effect,
  insteadOf,
  NEVER,
  type NegotiationRules,
  type Phase,
  START,
  type Stimulus,
} from './negotiation-state.js';
import type { TraceEntry } from './trace.js';
import type { Track } from './track.js';

/** What the negotiator tells the client. */
export interface NegotiatorListener extends DemandListener {
  phase(from: Phase['at'], to: Phase['at']): void;
  /** Another connection carries now. */
  adopted(from: string | null, to: string, reason: string): void;
  message(message: Message, taker: Track): void;
  gap(notice: GapNotice): void;
  covered(tracks: readonly Track[]): void;
  /** The path upwards: `null` when no connection goes both ways. */
  uplink(send: ((frame: string) => void) | null): void;
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
  readonly #connections: Connections;
  readonly #demand: Demand;
  readonly #stimuli: Stimulus[] = [];
  #state = START;
  #current: Connection | null = null;
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
    this.#demand = new Demand(setting.credentials, listener);
    this.#connections = new Connections(setting, halves, rules.order.length > 1, {
      listen: (id) => this.#listen(id),
      insteadOf: (transport) => insteadOf(this.#state, transport),
      unsupported: (id, detail) => this.tell({ type: 'unsupported', id, detail }),
      failed: (id, detail) => this.#ended(id, { detail }),
    });
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
    return this.#demand.limits;
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
    this.tell({ type: 'wake', reason, stale: reason !== 'visible' || this.#current?.liveness.isQuiet === true });
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
    const heardAt = this.#current?.liveness.heardAt ?? -NEVER;
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
        return this.#connections.open(effect.id, effect.transport);
      case 'drop':
        return this.#drop(effect.id);
      case 'adopt':
        return this.#adopt(effect.id, effect.from, effect.reason);
      case 'refuse':
        return this.#refuse(effect.reason);
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

  /** Brings the positions of all tracks up to what the connection that carries has brought. */
  fold(): void {
    this.#current?.coverage.fold();
  }

  #tokenOf(id: number): Token | null {
    return this.#connections.get(id)?.token ?? null;
  }

  #listen(id: number): ConnectionListener {
    const listener = this.#listener;
    return {
      tracks: () => {
        this.fold();
        return this.#demand.tracks;
      },
      hello: (hello, ms) => {
        this.#setting.credentials.proved(this.#tokenOf(id));
        this.#demand.limit(hello.limits);
        this.tell({ type: 'hello', id, offered: hello.transports, ms });
      },
      message: (message, taker) => listener.message(message, taker),
      gap: (notice) => listener.gap(notice),
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

  #ended(id: number, reason: CloseReason): void {
    const connection = this.#connections.remove(id);
    // Others may have come to be wanted since it was asked: they were not refused.
    const asked = connection?.coverage.channels ?? [];
    let outcome = this.#demand.lower(reason, asked, connection?.token ?? null);
    if (connection && connection === this.#current) {
      this.#carry(null);
      // What was carried before was not what the gateway refused: without the rest it may go on.
      if (outcome.retry === false && this.#demand.refuseUncovered({ ...reason, channels: asked }, connection.coverage))
        outcome = { ...reason, retry: true };
    }
    const told = outcome.retry === false ? { channels: asked, ...outcome } : outcome;
    this.tell({ type: 'ended', id, reason: told, isMended: reason.retry === false && outcome.retry === true });
  }

  #refuse(reason: CloseReason): void {
    const coverage = this.#current?.coverage;
    this.#demand.refuseUncovered(reason, coverage);
    // Who came to be wanted while a renewal was under way was not refused with it, and is asked for now.
    if (this.#demand.hasOthers(reason, coverage)) this.changed();
  }

  #drop(id: number): void {
    const connection = this.#connections.remove(id);
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
    if (at === NEVER) return;
    this.#timer = this.#environment.setTimeout(
      () => {
        this.#timer = null;
        this.tell({ type: 'tick', awaited: this.#setting.credentials.isReady ? 'hello' : 'token' });
      },
      Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil(at - this.#environment.now()))),
    );
  }
}
