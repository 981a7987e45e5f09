import { randomBytes } from 'node:crypto';
import { formatCursor } from '../../transports/cursor.js';
import { PushError } from '../../transports/error.js';
import { messageText } from '../../transports/record.js';
import type { Bus, Draft, Entry, Following, Hole, LogSize, Page, ReadRequest, Receipt, Retention } from './bus.js';
import { EARLIEST, missingAfter } from './bus.js';
import type { ChannelReader } from './channel-log.js';
import { CHANNEL_OVERHEAD, ChannelLog } from './channel-log.js';
import { CostRanks } from './cost-ranks.js';
import { ForgottenFloors } from './forgotten-floors.js';
import { RecentKeys } from './recent-keys.js';
import { retentionOf } from './retention.js';

const SWEEP_MS = 10_000;

/** Options of {@link MemoryBus}. */
export interface MemoryBusOptions {
  /** What to keep; what is absent is as in {@link DEFAULT_RETENTION}. */
  readonly retention?: Partial<Retention>;
  /** How long a repeated key is recognised, in milliseconds. @default 600_000 */
  readonly keyAgeMs?: number;
  /** How many keys are remembered. @default 100_000 */
  readonly keyCount?: number;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** Milliseconds of a clock that is never set: how old keys are goes by it. @default performance.now */
  readonly clock?: () => number;
  /** The name of this life of the log. @default random */
  readonly epoch?: string;
}

/** The log in this process's memory: gone with the process, which the next epoch tells everybody. */
export class MemoryBus implements Bus {
  readonly engine = 'memory';
  readonly epoch: string;

  readonly #retention: Retention;
  readonly #now: () => number;
  readonly #keys: RecentKeys<Receipt>;
  readonly #channels = new Map<string, ChannelLog>();
  readonly #ranks = new CostRanks<ChannelLog>();
  readonly #followers = new Set<(entry: Entry) => void>();
  /** What followers have published while they were told of an entry. */
  readonly #untold: Entry[] = [];
  readonly #sweeper: NodeJS.Timeout;
  readonly #floors = new ForgottenFloors();
  readonly #evicted = { count: 0, bytes: 0, age: 0, total: 0 };
  #cost = 0;
  #offset = 0;
  #isTelling = false;
  #closed = false;

  constructor(options: MemoryBusOptions = {}) {
    this.#retention = retentionOf(options.retention);
    this.#now = options.now ?? Date.now;
    this.epoch = options.epoch ?? randomBytes(6).toString('hex');
    this.#keys = new RecentKeys({
      count: options.keyCount ?? 100_000,
      ageMs: options.keyAgeMs ?? 600_000,
      now: options.clock ?? (() => performance.now()),
    });
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  async publish(draft: Draft): Promise<Receipt> {
    if (this.#closed) throw new PushError('UNAVAILABLE', 'The bus is closed.');
    const known = draft.key === undefined ? undefined : this.#keys.get(draft.key);
    if (known !== undefined) return { ...known, repeated: true };

    const entry = this.#entry(draft);
    const log = this.#channel(draft.channel);
    this.#change(log, () => {
      log.append(entry);
      log.trim(this.#retention.count, this.#retention.bytes, entry.at - this.#retention.ageMs, this.#evicted);
    });
    this.#makeRoom();

    const receipt: Receipt = { id: entry.id, repeated: false };
    if (draft.key !== undefined) this.#keys.set(draft.key, receipt);
    this.#tell(entry);
    return receipt;
  }

  knows(key: string): boolean {
    return this.#keys.get(key) !== undefined;
  }

  async read(request: ReadRequest): Promise<Page> {
    const notBefore = this.#now() - this.#retention.ageMs;
    const holes: Hole[] = [];
    let floors: Map<string, number> | undefined;
    const readers: ChannelReader[] = [];
    for (const [channel, after] of request.after) {
      const log = this.#channels.get(channel);
      if (log !== undefined) this.#expire(log, notBefore);
      const floor = log?.floor ?? this.#floors.of(channel);
      const from = missingAfter(channel, after, request.heads);
      if (from < floor) holes.push({ channel, from, to: floor });
      if (after === EARLIEST) floors = (floors ?? new Map()).set(channel, floor);
      if (log !== undefined) readers.push(log.readerAfter(after));
    }
    const entries = merge(readers, request.limit, request.bytes);
    const last = entries.at(-1);
    const more = readers.some((reader) => reader.next !== undefined);
    return { entries, holes, floors, upTo: more && last !== undefined ? last.offset : this.#offset };
  }

  async latest(channel: string, limit: number): Promise<readonly Entry[]> {
    const log = this.#channels.get(channel);
    if (log === undefined) return [];
    this.#expire(log, this.#now() - this.#retention.ageMs);
    return log.latest(limit);
  }

  async head(): Promise<number> {
    return this.#offset;
  }

  async follow(listener: (entry: Entry) => void): Promise<Following> {
    const from = this.#offset;
    // Who begins in the middle of a delivery is not told of what came before.
    const follower = (entry: Entry) => {
      if (entry.offset > from) listener(entry);
    };
    this.#followers.add(follower);
    return { from, stop: () => this.#followers.delete(follower) };
  }

  async size(): Promise<LogSize> {
    return { bytes: this.#cost, channels: this.#channels.size, evicted: { ...this.#evicted } };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    this.#followers.clear();
  }

  #entry(draft: Draft): Entry {
    const offset = ++this.#offset;
    const id = formatCursor(this.epoch, offset);
    const json = messageText(id, draft.channel, draft.data);
    return {
      offset,
      id,
      channel: draft.channel,
      json,
      bytes: Buffer.byteLength(json),
      at: this.#now(),
      ...(draft.except === undefined ? {} : { except: draft.except }),
    };
  }

  /** Tells all followers of an entry, and then of those that one of them has published meanwhile. */
  #tell(entry: Entry): void {
    let first: Entry | undefined = entry;
    if (this.#isTelling || this.#untold.length > 0) {
      this.#untold.push(entry);
      if (this.#isTelling) return;
      // Of a delivery that a follower has broken off.
      first = this.#untold.shift();
    }
    this.#isTelling = true;
    try {
      for (let next = first; next !== undefined; next = this.#untold.shift()) {
        for (const follower of this.#followers) follower(next);
      }
    } finally {
      this.#isTelling = false;
    }
  }

  #channel(name: string): ChannelLog {
    let log = this.#channels.get(name);
    if (log === undefined) {
      log = new ChannelLog(name, this.#floors.of(name));
      this.#floors.delete(name);
      this.#channels.set(name, log);
      this.#cost += CHANNEL_OVERHEAD;
    }
    return log;
  }

  /** Changes a channel's entries and keeps the log's total right. */
  #change(log: ChannelLog, change: () => void): void {
    const before = log.cost;
    change();
    this.#cost += log.cost - before;
    this.#ranks.put(log);
  }

  #expire(log: ChannelLog, notBefore: number): void {
    const oldest = log.oldest;
    if (oldest === undefined || oldest.at >= notBefore) return;
    this.#change(log, () => log.trim(this.#retention.count, this.#retention.bytes, notBefore, this.#evicted));
  }

  /** Takes from the channels that cost the most until the total fits: a good part at once from each. */
  #makeRoom(): void {
    while (this.#cost > this.#retention.totalBytes) {
      const victim = this.#ranks.costly;
      if (victim === undefined) return;
      const enough = Math.floor(victim.cost * 0.9);
      this.#change(victim, () => {
        do {
          victim.dropOldest();
          this.#evicted.total++;
        } while (victim.length > 1 && victim.cost > enough);
      });
      if (victim.length === 0) this.#forget(victim);
    }
  }

  #sweep(): void {
    const notBefore = this.#now() - this.#retention.ageMs;
    for (const log of this.#channels.values()) {
      this.#expire(log, notBefore);
      if (log.length === 0) this.#forget(log);
    }
  }

  /** Lets go of an empty channel, but not of the fact that something of it is gone. */
  #forget(log: ChannelLog): void {
    this.#channels.delete(log.name);
    this.#ranks.delete(log);
    this.#cost -= CHANNEL_OVERHEAD;
    this.#floors.add(log.name, log.floor);
  }
}

/** Merges channels in order of offset. There are few of them at a time, so the next one is found by looking at each. */
function merge(readers: readonly ChannelReader[], limit: number, bytes: number): Entry[] {
  const entries: Entry[] = [];
  let size = 0;
  while (entries.length < limit && size < bytes) {
    let first: ChannelReader | undefined;
    for (const reader of readers) {
      if (reader.next !== undefined && (first?.next === undefined || reader.next.offset < first.next.offset)) {
        first = reader;
      }
    }
    const entry = first?.next;
    if (first === undefined || entry === undefined) break;
    entries.push(entry);
    size += entry.bytes;
    first.advance();
  }
  return entries;
}
