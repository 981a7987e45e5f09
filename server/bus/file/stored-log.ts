import type { Draft, Entry, LogSize, Page, ReadRequest, Retention } from '../bus.js';
import type { LinkedEntry } from './file-bus-record.js';
import { linkedEntry } from './file-bus-record.js';
import type { LogState, StoredKey } from './file-store.js';
import { Batch, FileStore } from './file-store.js';
import { RecentEntries } from './recent-entries.js';
import type { Recovered } from './recovery.js';
import { KNOWN_BATCHES, recover, withReserve } from './recovery.js';
import type { ChannelSummary, EntrySize, StoredChannel } from './stored-channel.js';
import { StoredChannels } from './stored-channels.js';
import { StoredReader } from './stored-reader.js';

/** So many of a channel's oldest entries are looked up at a time, when they are about to go. */
const LOOK_UP = 128;
/** So many removals go with one append, that it does not become long because much has gone at once. */
const REMOVALS = 4_096;

/** What a {@link StoredLog} has to be told. */
export interface StoredLogOptions {
  readonly directory: string;
  readonly retention: Retention;
  readonly flush: boolean;
  readonly recentBytes: number;
  readonly now: () => number;
  readonly newEpoch: () => string;
  /** Whether the directory is a copy that was put back. */
  readonly isCopy: boolean;
}

/** What was found on disk. */
interface Loaded extends Recovered {
  readonly channels: readonly (readonly [name: string, summary: ChannelSummary])[];
  readonly keyCount: number;
}

/**
 * A log on disk: its entries and what is known of its channels, with the last entries in memory.
 *
 * One `append` runs at a time. What it changes is seen by readers when it is on disk, all at once. Entries that
 * retention takes away are removed with the append after the one that says so: a reader that began with the floor from
 * before still finds everything behind it.
 */
export class StoredLog {
  /** What is wrong with the log, for people; its epoch is a new one then. */
  readonly damage: string | null;
  readonly #channels: StoredChannels;
  readonly #recent: RecentEntries;
  readonly #reader: StoredReader;
  /** Channels below whose floor a crash may have left entries. */
  readonly #unswept: Set<string>;
  #state: LogState;
  /** The entries of the append that is under way. */
  #appending: readonly LinkedEntry[] = [];
  readonly #forgottenKeys: number[] = [];
  readonly #forgottenChannels: string[] = [];
  /** The channels and the number of the keys that the store has a record of. */
  readonly #recorded: Set<string>;
  #keyCount: number;

  private constructor(
    private readonly store: FileStore,
    private readonly options: StoredLogOptions,
    { state, damage, channels, keyCount }: Loaded,
  ) {
    this.damage = damage;
    this.#state = state;
    const lookUp = (channel: StoredChannel) => this.#lookUp(channel);
    this.#channels = new StoredChannels(options.retention, lookUp, channels, state.otherFloor);
    this.#unswept = new Set(channels.map(([name]) => name));
    this.#recorded = new Set(this.#unswept);
    this.#keyCount = keyCount;
    this.#recent = new RecentEntries(options.recentBytes);
    this.#reader = new StoredReader(store, this.#channels, this.#recent);
  }

  /** @throws PushError `UNAVAILABLE` when the directory is in use, or what it holds cannot be used */
  static async open(options: StoredLogOptions): Promise<StoredLog> {
    const store = await FileStore.open(options.directory, options.flush);
    try {
      const last = await store.log();
      const recovered = await recover(last, store.batches(), options.newEpoch, options.isCopy);
      const channels = [];
      for await (const channel of store.channels()) channels.push(channel);
      const keyCount = await store.countKeys();
      const batch = new Batch();
      if (recovered.damage === null) {
        store.mustHave('channels', channels.length, recovered.state.channels);
        store.mustHave('keys', keyCount, recovered.state.keys);
      } else for await (const number of store.batches()) batch.removeBatch(number);
      batch.log({ ...recovered.state, channels: channels.length, keys: keyCount });
      await store.write(batch);
      return new StoredLog(store, options, { ...recovered, channels, keyCount });
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  get epoch(): string {
    return this.#state.epoch;
  }

  /** The offset after which the next entry comes. */
  get head(): number {
    return this.#state.head;
  }

  /** Whether there is something to be removed that only waits for an append. */
  get hasLeftovers(): boolean {
    return this.#channels.evicted.length + this.#forgottenKeys.length + this.#forgottenChannels.length > 0;
  }

  get size(): LogSize {
    return this.#channels.size;
  }

  /** The idempotency keys, in the order in which they were used. */
  keys(): AsyncIterable<StoredKey> {
    return this.store.keys();
  }

  /** Removes a key with the next append. */
  forgetKey(offset: number): void {
    this.#forgottenKeys.push(offset);
  }

  /** Of these channels, or of all, those that hold what retention does not keep. */
  exceeding(names?: Iterable<string>): string[] {
    return this.#channels.exceeding(this.options.now(), names);
  }

  read(request: ReadRequest): Promise<Page> {
    return this.#reader.read(request, this.#state);
  }

  /** The last entries of a channel, oldest first. */
  latest(channel: string, limit: number): Promise<readonly Entry[]> {
    return this.#reader.latest(channel, limit, this.#state);
  }

  /**
   * Appends messages, with their keys, and lets go of what retention does not keep, of their channels and of those
   * named. Resolves with the entries when all of this is on disk.
   */
  async append(drafts: readonly Draft[], trim: readonly string[] = []): Promise<readonly Entry[]> {
    const at = this.options.now();
    const batch = this.#removals();
    const entries = drafts.map((draft, index) => this.#plan(draft, this.#state.head + 1 + index, at));
    this.#appending = entries;
    await this.#channels.trim(new Set([...entries.map(({ channel }) => channel), ...trim]), at);

    for (const [index, entry] of entries.entries()) {
      const { data = '', key } = drafts[index] ?? {};
      const floor = this.#channels.get(entry.channel)?.next.floor ?? 0;
      if (entry.offset > floor) batch.entry(entry, data);
      if (key === undefined) continue;
      batch.key({ key, offset: entry.offset, at });
      this.#keyCount++;
    }
    for (const { name, next } of this.#channels.touched) {
      batch.channel(name, next);
      this.#recorded.add(name);
    }
    await this.#write(batch, { ...this.#state, head: this.#state.head + entries.length });

    this.#appending = [];
    this.#forgottenChannels.push(...this.#channels.settle());
    for (const entry of entries) this.#recent.push(entry, entry.previous);
    return entries;
  }

  /** Lets go of the directory; a log that is whole says first that nothing comes after this. */
  async close(isWhole: boolean): Promise<void> {
    try {
      if (!isWhole) return;
      while (this.hasLeftovers) await this.append([]);
      await this.#write(new Batch(), { ...this.#state, closed: true });
    } finally {
      await this.store.close();
    }
  }

  #plan({ channel: name, data, except }: Draft, offset: number, at: number): LinkedEntry {
    const channel = this.#channels.open(name);
    const entry = linkedEntry(this.epoch, name, offset, { at, previous: channel.next.last, data, except });
    this.#channels.append(channel, entry);
    return entry;
  }

  /** What earlier appends have left to be removed. */
  #removals(): Batch {
    const batch = new Batch();
    for (const { channel, offset } of this.#channels.evicted.splice(0, REMOVALS)) batch.removeEntry(channel, offset);
    for (const offset of this.#forgottenKeys.splice(0, REMOVALS)) {
      batch.removeKey(offset);
      this.#keyCount--;
    }
    for (const name of this.#forgottenChannels.splice(0)) {
      batch.removeChannel(name);
      this.#recorded.delete(name);
    }
    return batch;
  }

  async #write(batch: Batch, state: LogState): Promise<void> {
    const number = this.#state.batch + 1;
    const { otherFloor } = this.#channels;
    const counts = { channels: this.#recorded.size, keys: this.#keyCount };
    const next = withReserve({ ...state, ...counts, batch: number, otherFloor });
    if (number > KNOWN_BATCHES) batch.removeBatch(number - KNOWN_BATCHES);
    batch.log(next);
    await this.store.write(batch);
    this.#state = next;
  }

  /** The oldest entries of a channel that are left: those on disk, and when there are none, those that are to come. */
  async #lookUp({ name: channel, next: { floor } }: StoredChannel): Promise<readonly EntrySize[]> {
    const sizes: EntrySize[] = [];
    const after = this.#unswept.delete(channel) ? 0 : floor;
    for await (const { offset, entry } of this.store.entries({ epoch: this.epoch, channel, after, upTo: this.head })) {
      if (offset <= floor) this.#channels.evicted.push({ channel, offset });
      else sizes.push(entry ?? { offset, bytes: 0, at: 0 });
      if (sizes.length >= LOOK_UP) break;
    }
    const oldest = sizes.length > 0 ? sizes : this.#appending.filter((entry) => entry.channel === channel);
    return oldest.filter(({ offset }) => offset > floor).map(({ offset, bytes, at }) => ({ offset, bytes, at }));
  }
}
