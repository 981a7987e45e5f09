import type { Cursor } from '../../transports/cursor.js';

/**
 * An ordered log of messages on named channels, with the engine that keeps it.
 *
 * Everything above the bus (fan-out, routes, uplink) speaks this interface only, so that another engine can stand
 * behind it. What every engine guarantees:
 *
 * - Offsets increase strictly over all channels of the log; an entry never changes.
 * - A follower gets every entry after `from` exactly once, in order of offset, and never from inside `publish`'s
 *   caller's own synchronous code before the entry can be read back.
 * - `read` names what is gone: an entry after the position asked for is either returned or lies in a hole.
 * - A busy channel never evicts a quiet one's entries (but see `Retention.totalBytes`).
 */
export interface Bus {
  /** What the engine is, for logs and health: `memory`. */
  readonly engine: string;
  /** The life of this log. A cursor of another epoch belongs to a log that is gone. */
  readonly epoch: string;
  /**
   * Appends a message. Resolves when the log has it, with the same receipt for a repeated key. MUST append in the order of
   * the calls, also of those that do not wait for the ones before: a batch of messages is published so.
   */
  publish(draft: Draft): Promise<Receipt>;
  /**
   * Whether a key is that of a message that the log has or is about to have, so that publishing under it again has no effect.
   * MUST answer at once, from what is at hand here: an engine that would have to ask for it elsewhere says `false`, and the
   * repetition then counts as a message where a rate is limited.
   */
  knows(key: string): boolean;
  /** Reads on from a position for each channel, merged in order of offset. */
  read(request: ReadRequest): Promise<Page>;
  /** The last entries of one channel, oldest first. */
  latest(channel: string, limit: number): Promise<readonly Entry[]>;
  /** The offset of the last entry, 0 while there is none. */
  head(): Promise<number>;
  /**
   * Delivers every entry from now on, in order. Resolves once it does. The listener may publish: every follower gets that
   * after what is being delivered. It MUST NOT throw.
   */
  follow(listener: (entry: Entry) => void): Promise<Following>;
  /** What the log holds at this moment. */
  size(): Promise<LogSize>;
  /** Ends the log's use here and lets go of what it holds. */
  close(): Promise<void>;
}

/** What a log holds. */
export interface LogSize {
  /** What it takes of {@link Retention.totalBytes}. */
  readonly bytes: number;
  /** Channels that hold a message. */
  readonly channels: number;
  /** Messages that are gone since the log was opened, by what of {@link Retention} they exceeded. Absent: not counted. */
  readonly evicted?: Evictions;
}

/** What of {@link Retention} a message can exceed: its channel's count, bytes or age, or the log's total. */
export const EVICTION_REASONS = ['count', 'bytes', 'age', 'total'] as const;
export type EvictionReason = (typeof EVICTION_REASONS)[number];
export type Evictions = Readonly<Record<EvictionReason, number>>;

/** A message to be published. */
export interface Draft {
  readonly channel: string;
  /** The message's data, as JSON text. */
  readonly data: string;
  /** What makes this publication unique among the recent ones, where the publisher wants repetitions to be found. */
  readonly key?: string;
  /** Whose own connections do not get the message. */
  readonly except?: string;
}

/** A message in the log. Entries are shared by all readers and never changed. */
export interface Entry {
  readonly offset: number;
  /** The offset as a cursor. */
  readonly id: Cursor;
  readonly channel: string;
  /** The whole message record as JSON text, made once. */
  readonly json: string;
  /** Size of `json` in bytes of UTF-8. */
  readonly bytes: number;
  /** When it was published, in milliseconds since 1970. */
  readonly at: number;
  readonly except?: string;
}

/** That the log has a message. */
export interface Receipt {
  readonly id: Cursor;
  /** Whether the key had been used before, and nothing was appended now. */
  readonly repeated: boolean;
}

/**
 * As far back as the log goes, as a position in {@link ReadRequest.after}: what is gone is no hole then, unless it came after what
 * {@link ReadRequest.heads} says.
 */
export const EARLIEST = -1;

/** The position after which what is gone is missing to who reads a channel; `Infinity` where nothing is. */
export function missingAfter(channel: string, after: number, heads: ReadRequest['heads']): number {
  return after === EARLIEST ? (heads?.get(channel) ?? Number.POSITIVE_INFINITY) : after;
}

/** Asks for what comes after a position on each channel. */
export interface ReadRequest {
  /** For each channel the offset after which to read, or {@link EARLIEST}. */
  readonly after: ReadonlyMap<string, number>;
  /**
   * For channels that are read from {@link EARLIEST}: where the log ended when that was asked for. What is gone up to there is no
   * hole; what has come since and is gone already, MUST be one. A channel that is not named here, and is read from EARLIEST,
   * has no hole.
   */
  readonly heads?: ReadonlyMap<string, number> | undefined;
  /** The most entries in one page. */
  readonly limit: number;
  /** A page ends with the entry that reaches this many bytes; one entry is always returned. */
  readonly bytes: number;
}

/** A part of the log. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly holes: readonly Hole[];
  /** Everything after the asked positions up to this offset is in this page or in its holes. */
  readonly upTo: number;
  /**
   * For channels that were read from {@link EARLIEST}: the offset up to which they are gone, if the engine says it. Where a page does not
   * reach so far, nothing before that is missing on the next one.
   */
  readonly floors?: ReadonlyMap<string, number> | undefined;
}

/** Entries of a channel after `from` and up to `to` that are gone. */
export interface Hole {
  readonly channel: string;
  readonly from: number;
  readonly to: number;
}

/** A subscription to the end of the log. */
export interface Following {
  /** The offset after which entries are delivered. */
  readonly from: number;
  stop(): void;
}

/** What the log keeps. */
export interface Retention {
  /** Messages kept of each channel. @default 1_000 */
  readonly count: number;
  /** Bytes of JSON kept of each channel. @default 4_194_304 */
  readonly bytes: number;
  /** How long a message is kept, in milliseconds. @default 3_600_000 */
  readonly ageMs: number;
  /**
   * Bytes that the whole log may take, with a flat charge for each message and channel. When they are reached, a
   * channel gives way that holds at least half as much as the largest. @default 134_217_728
   */
  readonly totalBytes: number;
}

/** What a log keeps unless told otherwise. */
export const DEFAULT_RETENTION: Retention = {
  count: 1_000,
  bytes: 4 * 1024 * 1024,
  ageMs: 60 * 60 * 1_000,
  totalBytes: 128 * 1024 * 1024,
};
