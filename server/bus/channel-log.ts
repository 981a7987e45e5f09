import type { Entry, EvictionReason } from './bus.js';

/** What an entry costs beyond its text: the object, its strings' headers, its place in the array. */
export const ENTRY_OVERHEAD = 160;
/** What a channel costs beyond its entries. */
export const CHANNEL_OVERHEAD = 400;

/** The entries of one channel, oldest first, and where the ones that are gone end. */
export class ChannelLog {
  #entries: Entry[] = [];
  /** Entries before this index are gone; the array is shortened only now and then, because `shift` copies it. */
  #first = 0;
  #bytes = 0;
  #floor: number;

  constructor(
    readonly name: string,
    floor: number,
  ) {
    this.#floor = floor;
  }

  /** Every entry of this channel up to this offset is gone (there may never have been one). */
  get floor(): number {
    return this.#floor;
  }

  get length(): number {
    return this.#entries.length - this.#first;
  }

  /** Bytes of JSON. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What the channel takes of the log's total, in bytes. */
  get cost(): number {
    return this.#bytes + this.length * ENTRY_OVERHEAD;
  }

  get oldest(): Entry | undefined {
    return this.#entries[this.#first];
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
  }

  /** Forgets the oldest entry. */
  dropOldest(): void {
    const entry = this.#entries[this.#first];
    if (entry === undefined) return;
    this.#floor = entry.offset;
    this.#bytes -= entry.bytes;
    this.#first++;
    if (this.#first > 32 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Forgets what exceeds a count, a size, or is older than a time, and counts it by that. */
  trim(count: number, bytes: number, notBefore: number, evicted: Record<EvictionReason, number>): void {
    for (let oldest = this.oldest; oldest !== undefined; oldest = this.oldest) {
      if (this.length > count) evicted.count++;
      else if (this.#bytes > bytes) evicted.bytes++;
      else if (oldest.at < notBefore) evicted.age++;
      else return;
      this.dropOldest();
    }
  }

  /** A reader of the entries after an offset. */
  readerAfter(offset: number): ChannelReader {
    let low = this.#first;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && entry.offset <= offset) low = middle + 1;
      else high = middle;
    }
    return new ChannelReader(this.#entries, low);
  }

  /** The last entries, oldest first. */
  latest(limit: number): readonly Entry[] {
    return this.#entries.slice(Math.max(this.#first, this.#entries.length - limit));
  }
}

/** Steps through one channel's entries. */
export class ChannelReader {
  constructor(
    private readonly entries: readonly Entry[],
    private index: number,
  ) {}

  get next(): Entry | undefined {
    return this.entries[this.index];
  }

  advance(): void {
    this.index++;
  }
}
