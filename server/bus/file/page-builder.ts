import type { Entry, Hole, Page } from '../bus.js';

/**
 * Makes a page of channels that are read one after the other. What the page has already tells how far the next channel
 * needs to be read, so that no more is held than a page and what one channel adds to it.
 */
export class PageBuilder {
  #entries: Entry[] = [];
  readonly #holes: Hole[] = [];
  #floors: Map<string, number> | undefined;
  #upTo: number;

  constructor(
    head: number,
    readonly limit: number,
    readonly bytes: number,
  ) {
    this.#upTo = head;
  }

  /** Nothing after this offset will be in the page. */
  get upTo(): number {
    return this.#upTo;
  }

  /** Adds what is known of one channel: its entries in order, complete up to an offset. */
  add(entries: readonly Entry[], upTo: number, hole: Hole | null): void {
    if (hole !== null) this.#holes.push(hole);
    this.#entries = [...this.#entries, ...entries].sort((a, b) => a.offset - b.offset);
    this.#cut(Math.min(this.#upTo, upTo));
  }

  /** Says where a channel begins that is read from the earliest on. */
  begin(channel: string, floor: number): void {
    this.#floors = (this.#floors ?? new Map()).set(channel, floor);
  }

  build(): Page {
    return { entries: this.#entries, holes: this.#holes, upTo: this.#upTo, floors: this.#floors };
  }

  /** Ends the page at an offset, or earlier where it is full. */
  #cut(upTo: number): void {
    this.#upTo = upTo;
    let size = 0;
    for (const [index, entry] of this.#entries.entries()) {
      if (entry.offset > upTo) {
        this.#entries.length = index;
        return;
      }
      size += entry.bytes;
      const isLast = index === this.#entries.length - 1;
      if (!isLast && (index + 1 >= this.limit || size >= this.bytes)) {
        this.#entries.length = index + 1;
        this.#upTo = entry.offset;
        return;
      }
    }
  }
}
