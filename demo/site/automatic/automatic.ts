import type { GapNotice, PushClient, TraceEvent } from '../../../client/index.js';
import { epochOf } from '../../../transports/cursor.js';
import type { Change } from '../drawing/track.js';
import { type Course, Lane } from '../lane/lane.js';
import { tellDemo } from '../page/report.js';
import { breakTexts, textsOf } from '../texts/texts.js';
import type { CutName, FaultName } from '../words/fault-name.js';
import type { Report } from '../words/report.js';

/** What the client noted or told, with the server's time of it. */
export interface Note {
  readonly at: number;
  /** What it is about, where it is about one. */
  readonly transport: string | null;
  readonly event: TraceEvent | 'gap';
  readonly detail: string;
}

/** How a transport stands with the automatic client. */
export type Standing = 'carries' | 'cut' | 'despite' | 'blocked' | 'trying' | 'failed' | 'ready';

// Looks for something better sooner than an application would, so that a visitor does not have to wait for it.
const OPTIONS = { probeMs: 2_000, probeCapMs: 4_000, backoffCapMs: 3_000, pollMs: 1_000 };

const NOTES = 60;
const CHANGES = 20;

/** The lane that chooses its transport by itself, what it has done so far, and what is blocked for it. */
export class Automatic {
  readonly lane: Lane;
  /** Oldest first. */
  notes: readonly Note[] = [];
  changes: readonly Change[] = [];
  changed = 0;
  /** Why it is carried as it is, in the client's words; `null` before the first time. */
  reason: string | null = null;
  /** What happened to the connection before, until another one is proved. */
  #lost: string | null = null;
  /** How the network is to block the next transport. */
  fault: FaultName = 'reset';
  /** Whether it can block in any other way than by a reset, as far as is known. */
  hasNetwork: boolean;
  readonly #course: Course;
  #blocked: ReadonlyMap<string, FaultName> = new Map();
  /** The transports that have proved themselves since they were blocked or freed. */
  readonly #proved = new Set<string>();
  /** How many messages had come when the line was severed. */
  #severedAt: number | null = null;
  /** Goes up when a block is asked for, and again when the answer is there. */
  #turns = 0;

  constructor(course: Course, hasNetwork: boolean) {
    this.#course = course;
    this.hasNetwork = hasNetwork;
    this.lane = new Lane(course, OPTIONS, { isHeld: true, started: (push) => this.#follow(push) });
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

  /** Whether the line has been severed, and nothing has arrived since: the client still takes it for good. */
  get isSevered(): boolean {
    return this.lane.state === 'open' && this.#severedAt === this.lane.tally.received;
  }

  /** How a transport is blocked; `null` for one that is free. */
  faultOf(transport: string): FaultName | null {
    return this.#blocked.get(transport) ?? null;
  }

  standing(transport: string): Standing {
    const isBlocked = this.#blocked.has(transport);
    if (transport === this.transport && isBlocked) return this.#proved.has(transport) ? 'despite' : 'cut';
    if (transport === this.transport) return 'carries';
    if (isBlocked) return 'blocked';
    switch (this.notes.findLast((note) => note.transport === transport)?.event) {
      case 'started':
      case 'probe':
        return 'trying';
      case 'failed':
        return 'failed';
      default:
        return 'ready';
    }
  }

  /** Blocks a transport at the demo's server, in the way that is chosen, or frees it; rejects when that cannot be reached. */
  async block(transport: string, blocked: boolean): Promise<void> {
    const { fault } = this;
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
    }
  }

  /** Cuts or severs everything that is open; rejects when the demo's server cannot be reached. */
  async cut(how: CutName): Promise<void> {
    await tellDemo('cuts', { client: this.lane.id, how });
    this.#severedAt = how === 'sever' ? this.lane.tally.received : null;
  }

  /**
   * Call when the server is asked for its report, and what this returns with the report: it takes over which transports
   * are blocked, unless that was changed in the meantime. A server that has begun anew has forgotten them.
   */
  expectReport(): (report: Report) => void {
    const turns = this.#turns;
    return ({ lanes }) => {
      const report = lanes[this.lane.id];
      if (report !== undefined && turns === this.#turns) this.#blocked = new Map(Object.entries(report.blocked));
    };
  }

  #follow(push: PushClient): void {
    const { clock } = this.#course;
    push.on('trace', ({ transport, event, detail }) => {
      this.#note({ at: clock.now(), transport, event, detail });
      if (event === 'lost') this.#lost = `${transport} was lost: ${detail}`;
      if (event === 'proved' && transport !== null) this.#proved.add(transport);
      // The same transport may come back, which is no change of transport.
      if (event === 'proved') this.reason = this.#lost ?? this.reason;
      if (event === 'proved') this.#lost = null;
    });
    push.on('gap', (gap) => this.#noteGap(gap));
    push.on('transport', ({ from, to, reason }) => {
      if (from !== null) this.changed += 1;
      this.reason = reason;
      const change = { at: clock.now(), transport: to, label: textsOf(to).name };
      this.changes = [...this.changes, change].slice(-CHANGES);
    });
    // Told in the trace as well; without a listener it would be an uncaught error.
    push.on('error', () => {});
  }

  #noteGap({ channel, from, to }: GapNotice): void {
    const detail = epochOf(from) === epochOf(to) ? breakTexts.trace.gone(channel) : breakTexts.trace.beganAnew;
    // A log that began anew is told of for each channel.
    if (this.notes.at(-1)?.detail === detail) return;
    this.#note({ at: this.#course.clock.now(), transport: null, event: 'gap', detail });
  }

  #note(note: Note): void {
    this.notes = [...this.notes, note].slice(-NOTES);
  }
}
