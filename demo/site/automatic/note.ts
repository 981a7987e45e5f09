import type { TraceEvent } from '../../../client/index.js';

/** What the client noted or told, with the server's time of it. */
export interface Note {
  readonly at: number;
  /** What it is about, where it is about one. */
  readonly transport: string | null;
  readonly event: TraceEvent | 'gap';
  /** In the page's language where it is known. */
  readonly detail: string;
  readonly isForeign?: boolean;
}
