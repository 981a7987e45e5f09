import { randomBytes } from 'node:crypto';
import { formatCursor } from '../../../transports/cursor.js';
import { PushError } from '../../../transports/error.js';
import { reasonText } from '../../../transports/reason-text.js';
import type { Bus, Draft, Entry, Following, LogSize, Page, ReadRequest, Receipt, Retention } from '../bus.js';
import { RecentKeys } from '../recent-keys.js';
import { retentionOf } from '../retention.js';
import { GroupCommit } from './group-commit.js';
import { StoredLog } from './stored-log.js';

const SWEEP_MS = 10_000;
/** So many channels are swept with one write, so that publishers get their turn. */
const SWEPT_TOGETHER = 16;
/** The most messages in one write. */
const GROUP = 1_024;
/** Data that may wait to be written, in characters; a publisher that does not wait for its receipts ends here. */
const MOST_WAITING = 64 * 1024 * 1024;

/** Options of {@link FileBus}. */
export interface FileBusOptions {
  /** Where the log is kept. The directory is made if need be, and belongs to one bus at a time. */
  readonly directory: string;
  /** What to keep; what is absent is as in {@link DEFAULT_RETENTION}. */
  readonly retention?: Partial<Retention>;
  /**
   * Whether `publish` waits until the disk itself has the message, so that it survives a loss of power. Without, the
   * operating system has it, and it survives the end of the process only. @default true
   */
  readonly flush?: boolean;
  /** How long a repeated key is recognised, in milliseconds. @default 600_000 */
  readonly keyAgeMs?: number;
  /** How many keys are remembered. @default 100_000 */
  readonly keyCount?: number;
  /** Bytes of the last messages that are kept in memory as well. @default 33_554_432 */
  readonly recentBytes?: number;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** Milliseconds of a clock that is never set: how old keys are goes by it while the log is open. @default performance.now */
  readonly clock?: () => number;
  /** The name of this log, should it be a new one or begin a new epoch. @default random */
  readonly epoch?: string;
  /**
   * Begins a new epoch. To be set once, when an older copy of the directory has been put back: that gives out offsets a second
   * time, and a client that has been further would miss what gets them. It is told of a gap so, and gets all that the log has.
   * @default false
   */
  readonly newEpoch?: boolean;
  /** Told what was found to be wrong with the log. @default process.emitWarning */
  readonly warn?: (text: string) => void;
}

/** A message to be written, or channels to be trimmed. */
type Work = { readonly draft: Draft } | { readonly trim: readonly string[] };

/**
 * The log in a directory of this machine: what was acknowledged is there after a crash, under the same epoch.
 *
 * Messages are written in groups, each with its keys and with what retention takes away, in one atomic batch that is
 * flushed once; only then are they read, followed and acknowledged.
 */
export class FileBus implements Bus {
  readonly engine = 'file';
  readonly epoch: string;

  /** The offset that each key got. */
  readonly #keys: RecentKeys<number>;
  /** Keys whose message is being written. */
  readonly #inFlight = new Map<string, Promise<Receipt>>();
  readonly #commits: GroupCommit<Work, Entry | null>;
  readonly #followers = new Set<(entry: Entry) => void>();
  readonly #sweeper: NodeJS.Timeout;
  /** Milliseconds of a clock that is never set. */
  readonly #clock: () => number;
  #waiting = 0;
  #sweeping = false;
  #state: { readonly at: 'open' } | { readonly at: 'failed' | 'closed'; readonly error: PushError } = { at: 'open' };
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly log: StoredLog,
    private readonly options: FileBusOptions,
  ) {
    this.epoch = log.epoch;
    this.#clock = options.clock ?? (() => performance.now());
    this.#keys = new RecentKeys({
      count: options.keyCount ?? 100_000,
      ageMs: options.keyAgeMs ?? 600_000,
      now: this.#clock,
      forgotten: (offset) => log.forgetKey(offset),
    });
    this.#commits = new GroupCommit((group) => this.#commit(group), GROUP);
    this.#sweeper = setInterval(() => void this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /**
   * Opens the log in a directory, or begins one there.
   *
   * @throws PushError `UNAVAILABLE` when the directory is in use, or what it holds cannot be used
   */
  static async open(options: FileBusOptions): Promise<FileBus> {
    const log = await StoredLog.open({
      directory: options.directory,
      retention: retentionOf(options.retention),
      flush: options.flush ?? true,
      recentBytes: options.recentBytes ?? 32 * 1024 * 1024,
      now: options.now ?? Date.now,
      isCopy: options.newEpoch ?? false,
      newEpoch: () => options.epoch ?? randomBytes(6).toString('hex'),
    });
    if (log.damage !== null) {
      const warn = options.warn ?? process.emitWarning;
      warn(`The log in ${options.directory} had been damaged: ${log.damage}. Every client is told of a gap.`);
    }
    const bus = new FileBus(log, options);
    try {
      await bus.#recall();
    } catch (error) {
      await bus.close();
      throw error;
    }
    return bus;
  }

  async publish(draft: Draft): Promise<Receipt> {
    this.#mustBeOpen();
    const { key } = draft;
    if (key === undefined) return this.#append(draft);
    const known = this.#keys.get(key);
    if (known !== undefined) return { id: formatCursor(this.epoch, known), repeated: true };
    const same = this.#inFlight.get(key);
    if (same !== undefined) return { ...(await same), repeated: true };
    const receipt = this.#append(draft);
    this.#inFlight.set(key, receipt);
    try {
      return await receipt;
    } finally {
      this.#inFlight.delete(key);
    }
  }

  knows(key: string): boolean {
    return this.#keys.get(key) !== undefined || this.#inFlight.has(key);
  }

  async read(request: ReadRequest): Promise<Page> {
    await this.#expire(request.after.keys());
    return this.#reading(() => this.log.read(request));
  }

  async latest(channel: string, limit: number): Promise<readonly Entry[]> {
    await this.#expire([channel]);
    return this.#reading(() => this.log.latest(channel, limit));
  }

  async head(): Promise<number> {
    return this.log.head;
  }

  async follow(listener: (entry: Entry) => void): Promise<Following> {
    this.#followers.add(listener);
    return { from: this.log.head, stop: () => this.#followers.delete(listener) };
  }

  async size(): Promise<LogSize> {
    return this.log.size;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** How long this was closed only the clock on the wall can tell. One that was set back makes no key younger than new. */
  async #recall(): Promise<void> {
    const now = (this.options.now ?? Date.now)();
    for await (const { key, offset, at } of this.log.keys()) {
      this.#keys.set(key, offset, this.#clock() - Math.max(0, now - at));
    }
  }

  async #close(): Promise<void> {
    const isWhole = this.#state.at === 'open';
    this.#state = { at: 'closed', error: new PushError('UNAVAILABLE', 'The bus is closed.') };
    clearInterval(this.#sweeper);
    await this.#commits.idle();
    this.#followers.clear();
    await this.log.close(isWhole && this.#state.at === 'closed');
  }

  async #append(draft: Draft): Promise<Receipt> {
    if (this.#waiting + draft.data.length > MOST_WAITING) {
      throw new PushError('UNAVAILABLE', 'The disk does not keep up; publish again when earlier messages are written.');
    }
    this.#waiting += draft.data.length;
    try {
      const entry = await this.#commits.add({ draft });
      if (entry === null) throw new PushError('INTERNAL', 'A message was written and has no entry.');
      return { id: entry.id, repeated: false };
    } finally {
      this.#waiting -= draft.data.length;
    }
  }

  /** Writes a group; when this resolves, its messages are durable, readable and delivered to the followers. */
  async #commit(group: readonly Work[]): Promise<readonly (Entry | null)[]> {
    if (this.#state.at === 'failed') throw this.#state.error;
    const drafts = group.flatMap((work) => ('draft' in work ? [work.draft] : []));
    const trim = group.flatMap((work) => ('trim' in work ? work.trim : []));
    const entries = await this.#written(drafts, trim);
    for (const [index, { key }] of drafts.entries()) {
      const entry = entries[index];
      if (key !== undefined && entry !== undefined) this.#keys.set(key, entry.offset);
    }
    const followers = [...this.#followers];
    for (const entry of entries) {
      for (const listener of followers) if (this.#followers.has(listener)) listener(entry);
    }
    let next = 0;
    return group.map((work) => ('draft' in work ? (entries[next++] ?? null) : null));
  }

  /** A write that fails leaves open whether it happened: nothing can be written after it until the log is read anew. */
  async #written(drafts: readonly Draft[], trim: readonly string[]): Promise<readonly Entry[]> {
    try {
      return await this.log.append(drafts, trim);
    } catch (cause) {
      const text = "The log cannot be written. Nothing is taken until it is opened again; the gateway's log says why.";
      const error = new PushError('UNAVAILABLE', text, { cause: this.#fault('written', cause) });
      this.#state = { at: 'failed', error };
      throw error;
    }
  }

  /** Lets go of what retention does not keep, before it is read. */
  async #expire(channels: Iterable<string>): Promise<void> {
    if (this.#state.at !== 'open') return;
    const trim = this.log.exceeding(channels);
    if (trim.length > 0) await this.#commits.add({ trim });
  }

  async #sweep(): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    const names = this.log.exceeding();
    try {
      while (this.#state.at === 'open' && (names.length > 0 || this.log.hasLeftovers)) {
        await this.#commits.add({ trim: names.splice(0, SWEPT_TOGETHER) });
      }
    } catch {
      // That the log cannot be written is told to the next who publishes.
    } finally {
      this.#sweeping = false;
    }
  }

  async #reading<Result>(read: () => Promise<Result>): Promise<Result> {
    if (this.#state.at === 'closed') throw this.#state.error;
    try {
      return await read();
    } catch (cause) {
      this.#mustBeOpen();
      throw new PushError('INTERNAL', "The log cannot be read; the gateway's log says why.", {
        cause: this.#fault('read', cause),
      });
    }
  }

  /** What went wrong and where, which is for the operator and nobody else. */
  #fault(what: string, cause: unknown): Error {
    return new Error(`The log in ${this.options.directory} cannot be ${what}: ${reasonText(cause)}`, { cause });
  }

  #mustBeOpen(): void {
    if (this.#state.at !== 'open') throw this.#state.error;
  }
}
