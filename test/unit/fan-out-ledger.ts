import type { Entry } from '../../server/bus/bus.js';
import { parseCursor } from '../../transports/cursor.js';
import type { Position } from '../../transports/position.js';
import type { ControlRecord, Message } from '../../transports/record.js';
import type { PacketContent, WireFormat } from '../../transports/wire-format.js';

export const EPOCH = 'e';
/** So few that readers fall behind and must be told. */
export const KEPT = 6;

/** Where to start, in terms that make sense at any time: `{ back: 3 }` is three before the end of the log. */
export type Start = 'now' | 'earliest' | 'future' | 'foreign' | { readonly back: number };

/** The log as it really was. */
export class Ledger {
  readonly entries: Entry[] = [];
  readonly faults: string[] = [];
  /** Channels of which a reader that is behind gets only the latest. */
  readonly latestOnly: ReadonlySet<string>;
  readonly encoded = new Map<string, number>();

  /** Packets that can be looked into. */
  readonly format: WireFormat<PacketContent> = {
    name: 'ledger',
    message: ({ id, json }) => {
      this.encoded.set(id, (this.encoded.get(id) ?? 0) + 1);
      return json;
    },
    packet: (content) => content,
  };

  constructor(latestOnly: readonly string[]) {
    this.latestOnly = new Set(latestOnly);
  }

  get head(): number {
    return this.entries.length;
  }

  /** What a client is to get of a channel after an offset and before another one. */
  due(channel: string, client: string | null, after: number, before: number): number[] {
    return this.entries
      .filter((entry) => entry.channel === channel && (entry.except === undefined || entry.except !== client))
      .map(({ offset }) => offset)
      .filter((offset) => offset > after && offset < before);
  }

  has(channel: string, offset: number): boolean {
    return this.entries[offset - 1]?.channel === channel;
  }

  /** Everything of a channel up to this offset is gone by now. */
  goneUpTo(channel: string): number {
    const all = this.entries.filter((entry) => entry.channel === channel);
    return all[all.length - KEPT - 1]?.offset ?? 0;
  }

  /** Everything of a channel up to this offset may be in a gap by now. */
  dispensableUpTo(channel: string): number {
    const latest = this.entries.findLast((entry) => entry.channel === channel)?.offset ?? 0;
    return this.latestOnly.has(channel) ? latest - 1 : this.goneUpTo(channel);
  }

  position(start: Start): Position {
    if (typeof start === 'object') return `${EPOCH}.${Math.max(0, this.head - start.back)}`;
    if (start === 'future') return `${EPOCH}.${this.head + 1_000_000}`;
    return start === 'foreign' ? 'another.5' : start;
  }
}

/** Follows what one reader is given, and notes what breaks the promise: once, in order, or told. */
export class Witness {
  /** How far each channel is delivered or told as gone; `null` where it began as early as possible and nothing came. */
  readonly #covered = new Map<string, number | null>();
  /** Channels that asked from a position that this log does not know: they have to be told so. */
  readonly #owed = new Set<string>();

  constructor(
    private readonly name: string,
    private readonly client: string | null,
    private readonly ledger: Ledger,
  ) {}

  fault(what: string): void {
    this.ledger.faults.push(`${this.name}: ${what}`);
  }

  begin(channels: ReadonlyMap<string, Position>, head: string | undefined): void {
    const end = offsetOf(head ?? '');
    if (end > this.ledger.head) this.fault(`was told of an end at ${end} that the log does not have`);
    for (const [channel, position] of channels) {
      this.#owed.delete(channel);
      const cursor = parseCursor(position);
      if (position === 'now') this.#covered.set(channel, end);
      else if (position === 'earliest') this.#covered.set(channel, null);
      else if (cursor?.epoch === EPOCH && cursor.offset <= end) this.#covered.set(channel, cursor.offset);
      else {
        this.#covered.set(channel, cursor?.epoch === EPOCH ? end : 0);
        this.#owed.add(channel);
      }
    }
  }

  drop(channels: Iterable<string>): void {
    for (const channel of channels) {
      this.#covered.delete(channel);
      this.#owed.delete(channel);
    }
  }

  take(control: ControlRecord): void {
    if (control.type !== 'gap') return;
    for (const channel of control.channels) {
      const covered = this.#covered.get(channel);
      const to = offsetOf(control.to);
      if (covered === undefined) {
        this.fault(`gap on ${channel}, which it does not have`);
      } else if (this.#owed.delete(channel)) {
        this.#mustBeDispensable(channel, covered ?? -1, to + 1);
        this.#covered.set(channel, Math.max(covered ?? 0, to));
      } else {
        const from = offsetOf(control.from);
        if (from < (covered ?? -1) || to <= from)
          this.fault(`gap on ${channel} from ${from} to ${to} behind ${covered}`);
        this.#mustHaveAll(channel, covered, from + 1);
        this.#mustBeDispensable(channel, from, to + 1);
        if (!this.ledger.has(channel, to)) this.fault(`gap on ${channel} to ${to}, where it had no message`);
        this.#covered.set(channel, to);
      }
    }
  }

  message({ id, channel }: Message): void {
    const offset = offsetOf(id);
    const covered = this.#covered.get(channel);
    if (covered === undefined) return this.fault(`message ${offset} on ${channel}, which it does not have`);
    if (this.#owed.has(channel)) this.fault(`message ${offset} on ${channel} before its gap`);
    if (covered !== null && offset <= covered) this.fault(`message ${offset} on ${channel} again, after ${covered}`);
    if (!this.ledger.due(channel, this.client, offset - 1, offset + 1).includes(offset)) {
      this.fault(`message ${offset} on ${channel} is not for it`);
    }
    this.#mustHaveAll(channel, covered, offset);
    this.#covered.set(channel, offset);
  }

  /** Everything up to this cursor has been sent. */
  upTo(cursor: string): void {
    const offset = offsetOf(cursor);
    for (const [channel, covered] of this.#covered) {
      this.#mustHaveAll(channel, covered, offset + 1);
      this.#covered.set(channel, Math.max(covered ?? -1, offset));
    }
  }

  /** Nothing more will come. */
  end(): void {
    for (const [channel, covered] of this.#covered) this.#mustHaveAll(channel, covered, Number.POSITIVE_INFINITY);
    for (const channel of this.#owed) this.fault(`was never told that ${channel} has a gap`);
  }

  #mustHaveAll(channel: string, covered: number | null, before: number): void {
    if (covered === null) return this.#mustBeGone(channel, -1, before);
    const missed = this.ledger.due(channel, this.client, covered, before);
    if (missed.length > 0) this.fault(`missed ${missed} on ${channel}`);
  }

  #mustBeGone(channel: string, after: number, before: number, upTo = this.ledger.goneUpTo(channel)): void {
    const kept = this.ledger.due(channel, this.client, after, before).filter((offset) => offset > upTo);
    if (kept.length > 0) this.fault(`was not given ${kept} on ${channel}, which the log still has`);
  }

  #mustBeDispensable(channel: string, after: number, before: number): void {
    this.#mustBeGone(channel, after, before, this.ledger.dispensableUpTo(channel));
  }
}

/** The place in the log that a cursor of it names; NaN for any other text. */
export function offsetOf(cursor: string): number {
  return parseCursor(cursor)?.offset ?? Number.NaN;
}
