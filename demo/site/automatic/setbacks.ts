import type { TraceEvent } from '../../../client/index.js';

/** What has gone wrong since nothing carries: the end of what carried, and what was tried in vain after it. */
export class Setbacks {
  /** Best first. */
  readonly #transports: readonly string[];
  /** Oldest first; empty while something carries. */
  #all: { readonly transport: string | null; readonly text: string }[] = [];

  constructor(transports: readonly string[]) {
    this.#transports = transports;
  }

  /** Takes what a client tells. */
  note(event: TraceEvent, transport: string | null, detail: string): void {
    if (event === 'lost') this.#all = [{ transport, text: `${transport} was lost: ${detail}` }];
    if (event === 'bye') this.#all = [{ transport, text: `the gateway said goodbye: ${detail}` }];
    // While something carries, only a look at something better has failed.
    if (event === 'failed' && this.#all.length > 0)
      this.#all.push({ transport, text: `${transport} failed: ${detail}` });
  }

  /** What carries next begins anew, and not because of any of it. */
  forget(): void {
    this.#all = [];
  }

  /** Why it is this transport that carries from now on: the last thing that befell a better one, or the end of the one before. */
  take(proved: string): string | null {
    const [first] = this.#all;
    const better = this.#transports.slice(0, Math.max(0, this.#transports.indexOf(proved)));
    const last = this.#all.findLast(({ transport }) => transport !== null && better.includes(transport));
    this.#all = [];
    return (last ?? first)?.text ?? null;
  }
}
