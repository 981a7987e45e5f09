import type { Entry, Page } from './bus/bus.js';

/** The most entries and bytes that a tail keeps. */
const COUNT = 1_000;
const BYTES = 4 * 1024 * 1024;

/**
 * The last entries that this node has seen, whatever their channel. A downlink that has read the log to its end
 * crosses over to live delivery here: however long a read of the engine takes, what came meanwhile is in the tail.
 */
export class Tail {
  #entries: Entry[] = [];
  #bytes = 0;
  #from: number;
  #upTo: number;

  constructor(from: number) {
    this.#from = from;
    this.#upTo = from;
  }

  /** The offset of the last entry seen. */
  get upTo(): number {
    return this.#upTo;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    this.#upTo = entry.offset;
    // Twice the size before it is cut, so that cutting is paid for by many entries.
    if (this.#entries.length > 2 * COUNT || this.#bytes > 2 * BYTES) this.#cut();
  }

  /** Everything after the positions, or `null` when the tail does not reach back so far. */
  read(after: ReadonlyMap<string, number>): Page | null {
    for (const position of after.values()) if (position < this.#from) return null;
    const entries = this.#entries.filter((entry) => {
      const position = after.get(entry.channel);
      return position !== undefined && entry.offset > position;
    });
    return { entries, holes: [], upTo: this.#upTo };
  }

  /** Whether it is known that nothing came on the channels after an offset. */
  isQuiet(channels: ReadonlyMap<string, unknown>, after: number): boolean {
    if (after < this.#from) return false;
    for (let at = this.#entries.length - 1; at >= 0; at--) {
      const entry = this.#entries[at];
      if (entry === undefined || entry.offset <= after) return true;
      if (channels.has(entry.channel)) return false;
    }
    return true;
  }

  #cut(): void {
    let first = this.#entries.length;
    let bytes = 0;
    while (first > 0 && this.#entries.length - first < COUNT) {
      const entry = this.#entries[first - 1];
      if (entry === undefined || bytes + entry.bytes > BYTES) break;
      bytes += entry.bytes;
      first--;
    }
    this.#from = this.#entries[first - 1]?.offset ?? this.#from;
    this.#entries = this.#entries.slice(first);
    this.#bytes = bytes;
  }
}
