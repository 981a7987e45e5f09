/** What a line of the trace is about. */
export type TraceEvent =
  | 'started'
  | 'proved'
  | 'failed'
  | 'unsupported'
  | 'lost'
  | 'switched'
  | 'probe'
  | 'renew'
  | 'dropped'
  | 'bye'
  | 'waiting'
  | 'idle'
  | 'closed';

/** One thing that the negotiation did. */
export interface TraceEntry {
  /** Milliseconds since `connect()`. */
  readonly at: number;
  /** The transport it is about, where it is about one. */
  readonly transport: string | null;
  readonly event: TraceEvent;
  /** The reason, for people. */
  readonly detail: string;
  /** How long it took or will take, in milliseconds. */
  readonly ms?: number;
}

const KEPT = 200;

/** The last 200 entries: enough for the story of a bad network, and bounded for a page that stays open for weeks. */
export class Trace {
  readonly #entries: TraceEntry[] = [];

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  add(entry: TraceEntry): void {
    if (this.#entries.length === KEPT) this.#entries.shift();
    this.#entries.push(entry);
  }
}
