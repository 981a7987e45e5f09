import type { PushClient, TraceEntry } from '../../../client/index.js';
import type { Change } from '../drawing/track.js';
import { type Course, Lane } from '../lane/lane.js';
import { textsOf } from '../texts/texts.js';

/** What the client noted, with the server's time of it. */
export interface Note {
  readonly at: number;
  readonly entry: TraceEntry;
}

/** How a transport stands with the automatic client. */
export type Standing = 'carries' | 'cut' | 'blocked' | 'trying' | 'failed' | 'ready';

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
  /** Why the last change came about, in the client's words; `null` before the first. */
  reason: string | null = null;
  readonly #course: Course;
  readonly #blocked = new Set<string>();

  constructor(course: Course) {
    this.#course = course;
    this.lane = new Lane(course, OPTIONS, (push) => this.#follow(push));
  }

  /** The transport that carries now. */
  get transport(): string | null {
    return this.lane.push?.transport ?? null;
  }

  isBlocked(transport: string): boolean {
    return this.#blocked.has(transport);
  }

  standing(transport: string): Standing {
    const blocked = this.isBlocked(transport);
    if (transport === this.transport) return blocked ? 'cut' : 'carries';
    if (blocked) return 'blocked';
    switch (this.notes.findLast(({ entry }) => entry.transport === transport)?.entry.event) {
      case 'started':
      case 'probe':
        return 'trying';
      case 'failed':
        return 'failed';
      default:
        return 'ready';
    }
  }

  /** Blocks or frees a transport at the demo's server; rejects when that cannot be reached. */
  async block(transport: string, blocked: boolean): Promise<void> {
    const response = await fetch('demo/blocks', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client: this.lane.id, transport, blocked }),
    });
    if (!response.ok) throw new Error(`The demo's server answered ${response.status}.`);
    if (blocked) this.#blocked.add(transport);
    else this.#blocked.delete(transport);
  }

  #follow(push: PushClient): void {
    const { clock } = this.#course;
    push.on('trace', (entry) => {
      this.notes = [...this.notes, { at: clock.now(), entry }].slice(-NOTES);
    });
    push.on('transport', ({ from, to, reason }) => {
      if (from !== null) this.changed += 1;
      this.reason = reason;
      const change = { at: clock.now(), transport: to, label: textsOf(to).name };
      this.changes = [...this.changes, change].slice(-CHANGES);
    });
    // Told in the trace as well; without a listener it would be an uncaught error.
    push.on('error', () => {});
  }
}
