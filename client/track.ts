import { type Cursor, epochOf, formatCursor, isAfter } from '../transports/cursor.js';
import type { Position } from '../transports/position.js';

const REMEMBERED_EPOCHS = 8;

/**
 * How far one subscription has come on its channel. Invariant: a message that {@link take} accepted, or anything
 * before it in the same log, is never accepted again; and the position never moves past a message not yet taken.
 */
export class Track {
  readonly channel: string;
  #position: Position;
  /** Logs that this channel has left: what still arrives from them comes from a connection that is out of date. */
  #past: readonly string[] = [];
  /** The end of the last gap that was told: a connection that starts from before it is told of it again. */
  #told: Cursor | null = null;

  constructor(channel: string, since: Position) {
    this.channel = channel;
    this.#position = since;
  }

  /** Where to ask from. */
  get position(): Position {
    return this.#position;
  }

  /** Whether the message with this id is new here; if so, the position moves to it. */
  take(id: Cursor): boolean {
    return this.#moveTo(id);
  }

  /** Everything up to this cursor has arrived, messages on this channel or not. */
  advance(cursor: Cursor): void {
    this.#moveTo(cursor);
  }

  /** A connection carries this channel from `head` on, if it had asked for "now". */
  start(head: Cursor): void {
    // A connection is asked for one log. If that log had been left, it is back: a failover that was undone.
    const epoch = epochOf(head);
    this.#past = this.#past.filter((past) => past !== epoch);
    if (this.#position === 'now') this.#position = head;
  }

  /**
   * Messages up to `to` are gone. Returns after which cursor they are missing, or `null` when nothing that this
   * track still waits for is among them, or when it has been told already.
   */
  skip(from: Cursor, to: Cursor): Cursor | null {
    const told = this.#told;
    if (to === told) return null;
    const after = this.#missing(from, to);
    if (after === null) return null;
    this.#told = to;
    // What this gap has in common with the last one is not told again.
    return told !== null && isAfter(told, after) && isAfter(to, told) ? told : after;
  }

  #missing(from: Cursor, to: Cursor): Cursor | null {
    const position = this.#position;
    if (position === 'now') return null;
    if (position === 'earliest') return from;
    const ahead = isAfter(to, position);
    if (ahead !== null) return ahead ? position : null;
    const epoch = epochOf(to);
    if (epoch === null || this.#past.includes(epoch)) return null;
    // `to` may reach past messages of this channel that follow, so anything of the new log is taken.
    this.#leave(position);
    this.#position = formatCursor(epoch, 0);
    return position;
  }

  #moveTo(cursor: Cursor): boolean {
    const position = this.#position;
    if (position !== 'now' && position !== 'earliest') {
      const after = isAfter(cursor, position);
      if (after === false) return false;
      if (after === null) {
        const epoch = epochOf(cursor);
        if (epoch === null || this.#past.includes(epoch)) return false;
        this.#leave(position);
      }
    }
    this.#position = cursor;
    return true;
  }

  #leave(position: Cursor): void {
    const epoch = epochOf(position);
    if (epoch !== null) this.#past = [...this.#past, epoch].slice(-REMEMBERED_EPOCHS);
  }

  /** Whether this track's position comes before another's of the same channel. */
  isBehind(other: Track): boolean {
    const a = this.#position;
    const b = other.#position;
    if (a === b || a === 'now' || b === 'earliest') return false;
    if (a === 'earliest' || b === 'now') return true;
    const after = isAfter(b, a);
    return after ?? other.#past.includes(epochOf(a) ?? '');
  }
}
