import { type Cursor, epochOf, formatCursor, isAfter } from '../transports/cursor.js';
import type { Position } from '../transports/position.js';

const REMEMBERED_EPOCHS = 8;

/**
 * How far one subscription has come on its channel. Invariant: a message that {@link take} accepted, or anything
 * before it in the same log, is never accepted again, unless that log was put back from a copy ({@link rewind}); and the
 * position never moves past a message not yet taken.
 */
export class Track {
  readonly channel: string;
  #position: Position;
  /** Logs that this channel has left, by epoch, and how far it had come in each. */
  #left: ReadonlyMap<string, Cursor> = new Map();
  /** The log that a connection was last asked for. */
  #present: string | null = null;
  /** The end of the last gap that was told: a connection that starts from before it is told of it again. */
  #told: Cursor | null = null;
  #hasEnded = false;

  constructor(channel: string, since: Position) {
    this.channel = channel;
    this.#position = since;
  }

  /** Where to ask from. */
  get position(): Position {
    return this.#position;
  }

  /** Nobody is told of gaps in it any more: a connection may go on for a while with what it was asked for. */
  end(): void {
    this.#hasEnded = true;
  }

  /** Whether the message with this id is new here; if so, the position moves to it. */
  take(id: Cursor): boolean {
    return this.#moveTo(id);
  }

  /** Everything up to this cursor has arrived, messages on this channel or not. */
  advance(cursor: Cursor): void {
    this.#moveTo(cursor);
  }

  /**
   * A connection carries this channel from `head` on, if it had asked for "now". What had asked for "earliest" stands at the beginning
   * of the log then: if it asked for that again, it would not be told of what has come and gone meanwhile.
   */
  start(head: Cursor): void {
    // A connection is asked for one log. If that log had been left, it is back: a failover that was undone.
    this.meet(head);
    const epoch = epochOf(head);
    if (this.#position === 'now') this.#position = head;
    else if (this.#position === 'earliest' && epoch !== null) this.#position = formatCursor(epoch, 0);
  }

  /** An answer to what was just asked comes from this cursor's log, be it one that had been left. */
  meet(cursor: Cursor): void {
    this.#present = epochOf(cursor);
  }

  /**
   * Messages up to `to` are gone. Returns after which cursor they are missing, or `null` when nothing that this
   * track still waits for is among them, or when it has been told already.
   */
  skip(from: Cursor, to: Cursor): Cursor | null {
    const told = this.#told;
    if (to === told || this.#hasEnded) return null;
    const after = this.#missing(from, to);
    if (after === null) return null;
    this.#told = to;
    // What this gap has in common with the last one is not told again.
    return told !== null && isAfter(told, after) && isAfter(to, told) ? told : after;
  }

  /**
   * The log ends here, says the answer to a request that had asked for what comes after `asked`. If that lies beyond, the log was
   * put back from an older copy, and what it goes on with is new. Returns after which cursor it is, or `null` if all is well.
   */
  rewind(asked: Position, end: Cursor): Cursor | null {
    const position = this.#position;
    // A position that lies before what was asked for has been set back meanwhile, by what another connection said.
    if (this.#hasEnded || !isAfter(asked, end) || isAfter(asked, position) !== false) return null;
    this.#position = end;
    this.#told = end;
    return position;
  }

  #missing(from: Cursor, to: Cursor): Cursor | null {
    const position = this.#position;
    if (position === 'now') return null;
    if (position === 'earliest') return from;
    const ahead = isAfter(to, position);
    // Up to where it begins, nothing is missing: it is only not known here how far the connection has come.
    if (ahead === true) return isAfter(from, position) ? from : position;
    if (ahead === false) return null;
    const epoch = epochOf(to);
    if (epoch === null || this.#isOver(epoch)) return null;
    this.#leave(position);
    // `to` may reach past messages of this channel that follow, so anything of a new log is taken; of one that is back,
    // what comes after the last one taken.
    this.#position = this.#left.get(epoch) ?? formatCursor(epoch, 0);
    return position;
  }

  #moveTo(cursor: Cursor): boolean {
    const position = this.#position;
    if (position !== 'now' && position !== 'earliest') {
      const after = isAfter(cursor, position);
      if (after === false) return false;
      if (after === null) {
        const epoch = epochOf(cursor);
        if (epoch === null || this.#isOver(epoch)) return false;
        this.#leave(position);
        const known = this.#left.get(epoch);
        if (known !== undefined && isAfter(cursor, known) === false) {
          this.#position = known;
          return false;
        }
      }
    }
    this.#position = cursor;
    return true;
  }

  /** Whether what arrives from a log comes from a connection that is out of date. */
  #isOver(epoch: string): boolean {
    return this.#left.has(epoch) && epoch !== this.#present;
  }

  #leave(position: Cursor): void {
    const epoch = epochOf(position);
    if (epoch === null) return;
    const others = [...this.#left].filter(([left]) => left !== epoch);
    this.#left = new Map([...others, [epoch, position] as const].slice(-REMEMBERED_EPOCHS));
  }

  /** Whether this track's position comes before another's of the same channel. */
  isBehind(other: Track): boolean {
    const a = this.#position;
    const b = other.#position;
    if (a === b || a === 'now' || b === 'earliest') return false;
    if (a === 'earliest' || b === 'now') return true;
    const after = isAfter(b, a);
    return after ?? other.#isOver(epochOf(a) ?? '');
  }
}
