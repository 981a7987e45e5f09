import type { GapNotice, PushClient } from '../../../client/index.js';
import { epochOf } from '../../../transports/cursor.js';
import type { Change } from '../drawing/track.js';
import { Numbers } from '../feed/numbers.js';
import { type Course, Lane } from '../lane/lane.js';
import { type Reason, reasonOf } from '../page/reason.js';
import { Refusal, tellDemo } from '../page/report.js';
import { breakTexts, textsOf } from '../texts/texts.js';
import type { CutName, FaultName } from '../words/fault-name.js';
import { type CutReport, NODE_HEARTBEAT_MS, type NodeStanding, type Report } from '../words/report.js';
import type { Note } from './note.js';
import { Setbacks } from './setbacks.js';
import { latestOf, stretchesOf } from './stretches.js';

/** A line that is dead, and how long the client waits until it takes it for that. */
export interface Silence {
  /** When something last came, in the server's time. */
  readonly since: number;
  /** Something comes at least so often on a line that is good, in milliseconds. */
  readonly promisedMs: number;
  /** How much later it may be. */
  readonly toleranceMs: number;
}

/** Whether the demo's server answers, as far as is known; `none` has never done so. */
export type ServerStanding = 'answers' | 'away' | 'none';

/** How a transport stands with the automatic client. */
export type Standing = 'carries' | 'cut' | 'despite' | 'blocked' | 'trying' | 'failed' | 'waiting' | 'ready';

// Looks for something better, asks again and loses patience sooner than an application would, so that a visitor does not have to
// wait for it.
const OPTIONS = {
  probeMs: 2_000,
  probeCapMs: 4_000,
  backoffCapMs: 3_000,
  pollMs: 1_000,
  waitMs: 5_000,
  toleranceMs: 5_000,
};

/** What is answered and asked again promises something for its longest wait only, not for each heartbeat. */
const ASKED_AGAIN: ReadonlySet<string> = new Set(['polling', 'long-polling']);

/** A visitor who was away for longer wants no heap of what has come meanwhile, in milliseconds. */
const PLACE_MS = 5 * 60_000;

const NOTES = 80;
const CHANGES = 20;

/** The lane that chooses its transport by itself, what it has done so far, and what is blocked for it. */
export class Automatic {
  readonly lane: Lane;
  /** Best first. */
  readonly transports: readonly string[];
  /** Which numbers of the feed have come. */
  readonly numbers = new Numbers();
  server: ServerStanding = 'answers';
  /** How often the site's gateway sends a heartbeat; `null` until that is known. */
  siteHeartbeatMs: number | null = null;
  /** How the gateway stands that this client has for itself, if it has one; `unknown` before the server has said. */
  node: NodeStanding | 'unknown' = 'unknown';
  /** Oldest first. */
  notes: readonly Note[] = [];
  changes: readonly Change[] = [];
  changed = 0;
  /** Why it is carried as it is; `null` before the first time. */
  reason: Reason | null = null;
  /** What has gone wrong since nothing carries. */
  readonly #setbacks: Setbacks;
  /** Whether the reason is such a one, which says more than that another transport took over. */
  #isSetBack = false;
  /** How the network is to block the next transport. */
  fault: FaultName = 'reset';
  /** Whether it can block in any other way than by a reset, as far as is known. */
  hasNetwork: boolean;
  readonly #course: Course;
  #blocked: ReadonlyMap<string, FaultName> = new Map();
  /** The transports that have proved themselves since they were blocked or freed. */
  readonly #proved = new Set<string>();
  /** By transport, how many messages had come when it was last blocked or freed. */
  readonly #receivedAt = new Map<string, number>();
  /** How many messages had come when the line was severed, and when something last had. */
  #severed: { readonly received: number; readonly heardAt: number } | null = null;
  /** When it was paused, in milliseconds since 1970. */
  #pausedAt = 0;
  /** Before this moment there is no gateway to be had for this client, as the server has said. */
  #nodeAt = 0;
  /** Goes up when a block is asked for, and again when the answer is there. */
  #turns = 0;
  /** Goes up when the gateway of its own has come to stand otherwise by what this client has asked for. */
  #nodeTurns = 0;

  constructor(course: Course, transports: readonly string[], hasNetwork: boolean) {
    this.#course = course;
    this.transports = transports;
    this.hasNetwork = hasNetwork;
    this.#setbacks = new Setbacks(transports);
    this.lane = new Lane(course, OPTIONS, {
      isHeld: true,
      keepsPlace: true,
      started: (push) => this.#follow(push),
      taken: (step) => this.numbers.take(step),
    });
  }

  /** Connects, and goes on from where it was when it was paused, unless that is long ago. */
  start(): void {
    if (this.lane.state === 'paused' && Date.now() - this.#pausedAt > PLACE_MS) {
      this.lane.leavePlace();
      this.numbers.pause();
    }
    this.lane.start();
  }

  /** Gives its connections back. */
  pause(): void {
    if (this.lane.state !== 'paused') this.#pausedAt = Date.now();
    this.lane.pause();
    this.#setbacks.forget();
  }

  /** Connects through the network that can be broken, at this address of the gateway; straight where it is `null`. */
  connectThrough(address: string | null): void {
    this.hasNetwork = address !== null;
    if (!this.hasNetwork) this.fault = 'reset';
    this.lane.connectAt(address ?? this.#course.path);
  }

  /** The transport that carries now. */
  get transport(): string | null {
    return this.lane.push?.transport ?? null;
  }

  /** Whether the line has been severed, and nothing has arrived since: the client still believes that it is alive. */
  get isSevered(): boolean {
    return this.lane.state === 'open' && this.#severed?.received === this.lane.tally.received;
  }

  /** How often the gateway sends a heartbeat that this client is connected to; `null` until that is known. */
  get heartbeatMs(): number | null {
    const { node, siteHeartbeatMs } = this;
    const isOwn = node === 'up' || node === 'down';
    return isOwn && siteHeartbeatMs !== null ? Math.min(siteHeartbeatMs, NODE_HEARTBEAT_MS) : siteHeartbeatMs;
  }

  /** How long after it should have heard something the client gives its line up, in milliseconds. */
  get toleranceMs(): number {
    return OPTIONS.toleranceMs;
  }

  /** What the client is waiting for on a severed line; `null` where it does not, and where the heartbeat is not known. */
  get silence(): Silence | null {
    const { heartbeatMs, transport } = this;
    if (!this.isSevered || this.#severed === null || heartbeatMs === null || transport === null) return null;
    const promisedMs = ASKED_AGAIN.has(transport) ? Math.max(heartbeatMs, OPTIONS.waitMs) : heartbeatMs;
    return { since: this.#severed.heardAt, promisedMs, toleranceMs: OPTIONS.toleranceMs };
  }

  /** How a transport is blocked; `null` for one that is free. */
  faultOf(transport: string): FaultName | null {
    return this.#blocked.get(transport) ?? null;
  }

  standing(transport: string): Standing {
    // What is only slow goes on, or fails, as any other.
    const isBlocked = this.#blocked.has(transport) && this.#blocked.get(transport) !== 'slow';
    // One message may have been under way; who polls may not have been cut at all.
    const goesOn = this.#proved.has(transport) || this.lane.tally.received > (this.#receivedAt.get(transport) ?? 0) + 1;
    if (transport === this.transport && isBlocked) return goesOn ? 'despite' : 'cut';
    if (transport === this.transport) return 'carries';
    if (isBlocked) return 'blocked';
    const last = stretchesOf(this.notes).findLast((stretch) => stretch.transport === transport);
    if (last?.end === 'open') return 'trying';
    if (last?.end === 'failed') return 'failed';
    const { state } = this.lane;
    return state === 'connecting' || state === 'waiting' ? 'waiting' : 'ready';
  }

  /** Blocks a transport at the demo's server, in the way that is chosen, or frees it; rejects when that cannot be reached. */
  async block(transport: string, blocked: boolean, fault = this.fault): Promise<void> {
    this.#turns += 1;
    this.#proved.delete(transport);
    try {
      await tellDemo('blocks', { client: this.lane.id, transport, blocked, fault });
      const faults = new Map(this.#blocked);
      faults.delete(transport);
      if (blocked) faults.set(transport, fault);
      this.#blocked = faults;
    } finally {
      this.#turns += 1;
      this.#receivedAt.set(transport, this.lane.tally.received);
    }
  }

  /**
   * Cuts or severs everything that is open; returns how many connections that were. Rejects when the demo's server cannot be
   * reached.
   */
  async cut(how: CutName): Promise<number> {
    const { cut }: CutReport = await (await tellDemo('cuts', { client: this.lane.id, how })).json();
    const { tally, wire } = this.lane;
    const heardAt = wire.heardAt ?? this.#course.clock.now();
    // Between two polls there is no line that could be dead.
    this.#severed = how === 'sever' && cut > 0 ? { received: tally.received, heardAt } : null;
    return cut;
  }

  /** Asks for a gateway of its own, not sooner than the server wants to be asked; rejects when there is none to be had. */
  async askNode(): Promise<void> {
    if (this.node === 'up' || this.node === 'down') return;
    if (performance.now() < this.#nodeAt) {
      this.node = 'none';
      return;
    }
    try {
      await tellDemo('nodes', { client: this.lane.id });
      // One that it had may just be starting again: how it stands is told with the next report.
    } catch (error) {
      this.node = 'none';
      if (error instanceof Refusal) this.#nodeAt = performance.now() + (error.retryMs ?? 0);
      throw error;
    } finally {
      this.#nodeTurns += 1;
    }
  }

  /** Asks for it anew, as it is given to others when nobody has asked after it for some time; rejects when there is none. */
  async keepNode(): Promise<void> {
    this.node = 'unknown';
    await this.askNode();
  }

  /** Closes the gateway of its own, which is then started again; rejects when it cannot be. */
  async restart(): Promise<void> {
    if (this.node !== 'up') return;
    await tellDemo('restarts', { client: this.lane.id });
    this.node = 'down';
    this.#nodeTurns += 1;
  }

  /**
   * Call when the server is asked for its report, and what this returns with the report: it takes over which transports
   * are blocked, unless that was changed in the meantime. A server that has begun anew has forgotten them.
   */
  expectReport(): (report: Report) => void {
    const [turns, nodeTurns] = [this.#turns, this.#nodeTurns];
    return ({ lanes }) => {
      const report = lanes[this.lane.id];
      if (report === undefined) return;
      // That there is none is known when it has been asked for.
      const isNews = report.node !== 'none' || this.node !== 'unknown';
      if (isNews && nodeTurns === this.#nodeTurns) this.node = report.node;
      if (turns === this.#turns) this.#blocked = new Map(Object.entries(report.blocked));
    };
  }

  #follow(push: PushClient): void {
    const { clock } = this.#course;
    push.on('trace', ({ transport, event, detail }) => {
      const { text, isForeign } = reasonOf(detail);
      this.#note({ at: clock.now(), transport, event, detail: text, isForeign });
      this.#setbacks.note(event, transport, detail);
      if (event === 'proved' && transport !== null) this.#prove(transport);
    });
    push.on('gap', (gap) => this.#noteGap(gap));
    push.on('transport', ({ from, to, reason }) => {
      if (from !== null) this.changed += 1;
      if (!this.#isSetBack) this.reason = reasonOf(reason);
      const change = { at: clock.now(), transport: to, label: textsOf(to).name };
      this.changes = [...this.changes, change].slice(-CHANGES);
    });
    // Told in the trace as well; without a listener it would be an uncaught error.
    push.on('error', () => {});
  }

  #prove(transport: string): void {
    this.#proved.add(transport);
    // What carries from now on is another line than the one that was severed.
    this.#severed = null;
    // The same transport may come back, which is no change of transport.
    const setback = this.#setbacks.take(transport);
    this.#isSetBack = setback !== null;
    if (setback !== null) this.reason = reasonOf(setback);
  }

  #noteGap({ channel, from, to }: GapNotice): void {
    const detail = epochOf(from) === epochOf(to) ? breakTexts.trace.gone(channel) : breakTexts.trace.beganAnew;
    // A log that began anew is told of for each channel.
    if (this.notes.at(-1)?.detail === detail) return;
    this.#note({ at: this.#course.clock.now(), transport: null, event: 'gap', detail });
  }

  #note(note: Note): void {
    this.notes = latestOf([...this.notes, note], NOTES);
  }
}
