import { CHANNEL_OVERHEAD, ENTRY_OVERHEAD } from '../channel-log.js';

/** What retention has to know of an entry. */
export interface EntrySize {
  readonly offset: number;
  readonly bytes: number;
  readonly at: number;
}

/** What is known of a channel without reading it. */
export interface ChannelSummary {
  /** Every entry of this channel up to this offset is gone. */
  readonly floor: number;
  /** The offset of its last entry, gone or not. */
  readonly last: number;
  readonly count: number;
  /** Bytes of JSON. */
  readonly bytes: number;
  /** When its oldest entry was published; nothing of what an empty channel says here matters. */
  readonly oldestAt: number;
}

/**
 * One channel of a log on disk: its summary, and the sizes of the entries that are next to go.
 *
 * It is known twice: as the next commit will have it, and as it is settled on disk, which is what readers see.
 */
export class StoredChannel {
  /** The oldest entries, as far as they have been looked up. */
  #oldest: readonly EntrySize[] = [];
  #gone = 0;
  #next: ChannelSummary;
  #settled: ChannelSummary;

  constructor(
    readonly name: string,
    summary: ChannelSummary,
  ) {
    this.#next = summary;
    this.#settled = summary;
  }

  /** As readers see it. */
  get settled(): ChannelSummary {
    return this.#settled;
  }

  /** As the next commit will have it. */
  get next(): ChannelSummary {
    return this.#next;
  }

  /** What the channel takes of the log's total, in bytes. */
  get cost(): number {
    return CHANNEL_OVERHEAD + this.#next.bytes + this.#next.count * ENTRY_OVERHEAD;
  }

  /** Whether the oldest entries have to be looked up before one of them can go. */
  get isUnknown(): boolean {
    return this.#gone === this.#oldest.length && this.#next.count > 0;
  }

  append({ offset, bytes, at }: EntrySize): void {
    const { floor, count, bytes: before, oldestAt } = this.#next;
    this.#next = {
      floor,
      last: offset,
      count: count + 1,
      bytes: before + bytes,
      oldestAt: count === 0 ? at : oldestAt,
    };
  }

  /** Learns the oldest entries. That there are none, although there should be, is damage that ends here. */
  learn(oldest: readonly EntrySize[]): void {
    this.#oldest = oldest;
    this.#gone = 0;
    const { floor, last } = this.#next;
    const [first] = oldest;
    if (first === undefined) this.#next = { floor: Math.max(floor, last), last, count: 0, bytes: 0, oldestAt: 0 };
    else this.#next = { ...this.#next, oldestAt: first.at };
  }

  /** Forgets the oldest entry and names it. */
  dropOldest(): EntrySize | null {
    const entry = this.#oldest[this.#gone];
    if (entry === undefined) return null;
    this.#gone++;
    const { last, count, bytes, oldestAt } = this.#next;
    const left = Math.max(0, count - 1);
    this.#next = {
      floor: entry.offset,
      last,
      count: left,
      bytes: left === 0 ? 0 : bytes - entry.bytes,
      oldestAt: this.#oldest[this.#gone]?.at ?? oldestAt,
    };
    return entry;
  }

  /** What was to come is on disk. */
  settle(): void {
    this.#settled = this.#next;
  }
}

/** The text of a summary's record. */
export function summaryText({ floor, last, count, bytes, oldestAt }: ChannelSummary): string {
  return [floor, last, count, bytes, oldestAt].join(' ');
}

/** The summary of a record's text. */
export function parseSummary(text: string): ChannelSummary {
  const [floor = 0, last = 0, count = 0, bytes = 0, oldestAt = 0] = text.split(' ').map(Number);
  return { floor, last, count, bytes, oldestAt };
}
