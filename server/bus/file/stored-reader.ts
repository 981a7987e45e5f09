import type { Entry, Hole, Page, ReadRequest } from '../bus.js';
import { EARLIEST, missingAfter } from '../bus.js';
import type { ChannelReader } from '../channel-log.js';
import type { FileStore, LogState, Snapshot } from './file-store.js';
import { PageBuilder } from './page-builder.js';
import type { RecentEntries } from './recent-entries.js';
import { endOfVoid } from './recovery.js';
import type { StoredChannels } from './stored-channels.js';

/** One channel that is read. */
interface ChannelRead {
  readonly channel: string;
  /** The position after which what is gone is missing, and up to where it is gone before its first entry. */
  readonly owed: number;
  readonly gone: number;
  /** Where its entries begin, at or behind that position. */
  readonly from: number;
  /** The offset of its last entry. */
  readonly last: number;
  readonly hole: Hole | null;
}

/**
 * Reads a log on disk: from memory what is recent, from the store what is not.
 *
 * Everything that changes is taken within one synchronous step, the store's snapshot included; what happens to the log
 * while the store is read is not seen.
 */
export class StoredReader {
  constructor(
    private readonly store: FileStore,
    private readonly channels: StoredChannels,
    private readonly recent: RecentEntries,
  ) {}

  async read({ after: positions, heads, limit, bytes }: ReadRequest, state: LogState): Promise<Page> {
    const page = new PageBuilder(state.head, limit, bytes);
    const onDisk: ChannelRead[] = [];
    for (const [channel, after] of positions) {
      const read = this.#start(channel, after, missingAfter(channel, after, heads), state);
      if (after === EARLIEST) page.begin(channel, read.gone);
      if (read.last <= read.from) {
        page.add([], state.head, read.hole);
        continue;
      }
      const reader = this.recent.readerAfter(channel, read.from);
      if (reader === null) onDisk.push(read);
      else {
        const { upTo } = page;
        const entries = take(reader, upTo, limit, bytes);
        const isAll = reader.next === undefined || reader.next.offset > upTo;
        page.add(entries, isAll ? upTo : (entries.at(-1)?.offset ?? read.from), read.hole);
      }
    }
    if (onDisk.length === 0) return page.build();
    const snapshot = this.store.snapshot();
    try {
      for (const read of onDisk) await this.#readChannel(read, state.epoch, page, snapshot);
    } finally {
      await snapshot.close();
    }
    return page.build();
  }

  /** The last entries of a channel, oldest first. */
  async latest(channel: string, limit: number, { epoch }: LogState): Promise<readonly Entry[]> {
    const known = this.channels.get(channel)?.settled;
    if (known === undefined || limit < 1) return [];
    const recent = this.recent.latest(channel, known.floor, limit);
    if (recent !== null) return recent;
    const entries: Entry[] = [];
    const range = { epoch, channel, after: known.floor, upTo: known.last, newestFirst: true };
    for await (const { entry } of this.store.entries(range)) {
      if (entry !== null) entries.push(entry);
      if (entries.length >= limit) break;
    }
    return entries.reverse();
  }

  #start(channel: string, after: number, owed: number, state: LogState): ChannelRead {
    const floor = this.channels.floorOf(channel);
    const last = this.channels.get(channel)?.settled.last ?? floor;
    const gone = Math.max(floor, endOfVoid(state, after) ?? 0);
    const hole = owed < gone ? { channel, from: owed, to: gone } : null;
    return { channel, owed, gone, from: Math.max(after, floor), last, hole };
  }

  /**
   * Adds a channel from disk. Every entry names the one before it, so that one which is not there any more, or is not
   * what was written, is found; the page then ends before it, and the next page begins with the hole.
   */
  async #readChannel(read: ChannelRead, epoch: string, page: PageBuilder, snapshot: Snapshot): Promise<void> {
    const { channel, from, last } = read;
    const upTo = page.upTo;
    const entries: Entry[] = [];
    let { hole } = read;
    let seen = from;
    let size = 0;
    for await (const { offset, entry } of this.store.entries({ epoch, channel, after: from, upTo }, snapshot)) {
      const gone = entry === null ? offset : entry.previous;
      if (gone > seen) {
        if (entries.length > 0) return page.add(entries, seen, hole);
        seen = gone;
        hole = holeUpTo(gone, read);
      }
      if (entry === null) continue;
      entries.push(entry);
      seen = offset;
      size += entry.bytes;
      if (entries.length >= page.limit || size >= page.bytes) {
        return page.add(entries, seen < last ? seen : upTo, hole);
      }
    }
    if (seen === last || upTo < last) return page.add(entries, upTo, hole);
    // What is known of the channel says that there is more than the store has.
    if (entries.length > 0) return page.add(entries, seen, hole);
    page.add([], upTo, holeUpTo(last, read));
  }
}

/** What is missing up to there. */
function holeUpTo(to: number, { channel, owed: from }: ChannelRead): Hole | null {
  return from < to ? { channel, from, to } : null;
}

/** As much of a channel as one page may take. */
function take(reader: ChannelReader, upTo: number, limit: number, bytes: number): Entry[] {
  const entries: Entry[] = [];
  let size = 0;
  for (let { next } = reader; next !== undefined && next.offset <= upTo; { next } = reader) {
    if (entries.length >= limit || size >= bytes) break;
    entries.push(next);
    size += next.bytes;
    reader.advance();
  }
  return entries;
}
