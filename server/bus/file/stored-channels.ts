import type { Entry, EvictionReason, LogSize, Retention } from '../bus.js';
import { CostRanks } from '../cost-ranks.js';
import { ForgottenFloors } from '../forgotten-floors.js';
import type { ChannelSummary, EntrySize } from './stored-channel.js';
import { StoredChannel } from './stored-channel.js';

/** Looks up the oldest entries of a channel, as the next commit will have them. */
export type LookUp = (channel: StoredChannel) => Promise<readonly EntrySize[]>;

/** What retention takes away. */
export interface Evicted {
  readonly channel: string;
  readonly offset: number;
}

/**
 * All channels of a log on disk by their summaries, and the retention over them. What it does is a plan for the next
 * commit until `settle` is called; the entries that the plan takes away are in `evicted`.
 */
export class StoredChannels {
  /** Entries that have gone since this was last emptied. */
  readonly evicted: Evicted[] = [];
  readonly #channels = new Map<string, StoredChannel>();
  readonly #touched = new Set<StoredChannel>();
  /** Those that will hold something. */
  readonly #ranks = new CostRanks<StoredChannel>();
  readonly #floors: ForgottenFloors;
  readonly #evictions = { count: 0, bytes: 0, age: 0, total: 0 };
  #cost = 0;

  constructor(
    private readonly retention: Retention,
    private readonly lookUp: LookUp,
    known: readonly (readonly [name: string, summary: ChannelSummary])[] = [],
    otherFloor = 0,
  ) {
    this.#floors = new ForgottenFloors(otherFloor);
    const empty = known.filter(([, { count }]) => count === 0).sort(([, a], [, b]) => a.floor - b.floor);
    for (const [name, { floor }] of empty) this.#floors.add(name, floor);
    for (const [name, summary] of known) if (summary.count > 0) this.#add(new StoredChannel(name, summary));
  }

  /** The floor of channels that are not known by name. */
  get otherFloor(): number {
    return this.#floors.others;
  }

  get size(): LogSize {
    return { bytes: this.#cost, channels: this.#channels.size, evicted: { ...this.#evictions } };
  }

  /** The channels that the plan changes. */
  get touched(): Iterable<StoredChannel> {
    return this.#touched;
  }

  /** A channel that holds something, as readers see it. */
  get(name: string): StoredChannel | undefined {
    return this.#channels.get(name);
  }

  /** Up to where a channel's entries are gone, as readers see it. */
  floorOf(name: string): number {
    return this.#channels.get(name)?.settled.floor ?? this.#floors.of(name);
  }

  /** The channel with this name, which is about to get an entry. */
  open(name: string): StoredChannel {
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    const floor = this.#floors.of(name);
    const channel = new StoredChannel(name, { floor, last: floor, count: 0, bytes: 0, oldestAt: 0 });
    this.#floors.delete(name);
    this.#add(channel);
    return channel;
  }

  append(channel: StoredChannel, entry: Entry): void {
    this.#change(channel, () => channel.append(entry));
  }

  /** Plans away what these channels hold beyond their count, bytes and age, and what all hold beyond the total. */
  async trim(names: Iterable<string>, now: number): Promise<void> {
    for (const name of names) {
      const channel = this.#channels.get(name);
      if (channel !== undefined) await this.#dropWhile(channel, () => this.#exceeds(channel, now));
    }
    await this.#makeRoom();
  }

  /** Of these channels, or of all, those that hold more than their count, bytes and age. */
  exceeding(now: number, names: Iterable<string> = this.#channels.keys()): string[] {
    const exceeding: string[] = [];
    for (const name of names) {
      const channel = this.#channels.get(name);
      if (channel !== undefined && this.#exceeds(channel, now) !== null) exceeding.push(name);
    }
    return exceeding;
  }

  /** The plan is on disk: readers may know of it. Names the channels that not even their floor is kept of. */
  settle(): string[] {
    const unknown: string[] = [];
    for (const channel of this.#touched) {
      channel.settle();
      if (channel.settled.count > 0) continue;
      this.#channels.delete(channel.name);
      const dropped = this.#floors.add(channel.name, channel.settled.floor);
      if (dropped !== null) unknown.push(dropped);
    }
    this.#touched.clear();
    return unknown;
  }

  /** Plans away from the channels that cost the most until the total fits: a good part at once from each. */
  async #makeRoom(): Promise<void> {
    while (this.#cost > this.retention.totalBytes) {
      const costly = this.#ranks.costly;
      if (costly === undefined) return;
      const enough = Math.floor(costly.cost * 0.9);
      let first = true;
      await this.#dropWhile(costly, ({ next, cost }) => {
        const more = first || (next.count > 1 && cost > enough);
        first = false;
        return more ? 'total' : null;
      });
    }
  }

  #exceeds({ next }: StoredChannel, now: number): EvictionReason | null {
    const { count, bytes, ageMs } = this.retention;
    if (next.count === 0) return null;
    if (next.count > count) return 'count';
    if (next.bytes > bytes) return 'bytes';
    return next.oldestAt < now - ageMs ? 'age' : null;
  }

  #add(channel: StoredChannel): void {
    this.#channels.set(channel.name, channel);
    this.#cost += costOf(channel);
    this.#rank(channel);
  }

  #change(channel: StoredChannel, change: () => void): void {
    const before = costOf(channel);
    change();
    this.#cost += costOf(channel) - before;
    this.#touched.add(channel);
    this.#rank(channel);
  }

  #rank(channel: StoredChannel): void {
    if (channel.next.count > 0) this.#ranks.put(channel);
    else this.#ranks.delete(channel);
  }

  async #dropWhile(channel: StoredChannel, exceeds: (channel: StoredChannel) => EvictionReason | null): Promise<void> {
    let dropped = false;
    while (channel.next.count > 0) {
      const reason = exceeds(channel);
      if (reason === null) break;
      if (channel.isUnknown) await this.#learn(channel);
      this.#change(channel, () => {
        const entry = channel.dropOldest();
        if (entry === null) return;
        this.evicted.push({ channel: channel.name, offset: entry.offset });
        this.#evictions[reason]++;
      });
      dropped = true;
    }
    // How old the next one is decides when the channel is looked at again.
    if (dropped && channel.isUnknown) await this.#learn(channel);
  }

  async #learn(channel: StoredChannel): Promise<void> {
    const oldest = await this.lookUp(channel);
    this.#change(channel, () => channel.learn(oldest));
  }
}

/** An empty channel is as good as forgotten. */
function costOf(channel: StoredChannel): number {
  return channel.next.count === 0 ? 0 : channel.cost;
}
