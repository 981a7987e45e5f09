import { type Cursor, epochOf, formatCursor, isAfter } from '../transports/cursor.js';
import type { Position } from '../transports/position.js';
import type { Gap } from '../transports/record.js';
import type { Track } from './track.js';

/**
 * A hole, as the application is told about it. In one log, a `from` that is later than `to` says that the log ends at `to`, before
 * what was taken of it: it was put back from an older copy. What it holds after `to` is new, and follows.
 */
export interface GapNotice {
  readonly channel: string;
  /**
   * The last cursor before the hole; every message after it, up to `to`, may be missing. Of several subscriptions to the
   * channel, where the hole of the first one begins.
   */
  readonly from: Cursor;
  readonly to: Cursor;
}

/**
 * What one connection was asked for, and how much of it the gateway has confirmed.
 *
 * A log is ordered over all its channels and a connection delivers in log order. So the last cursor seen on it, of
 * whatever channel, holds for every track that it covers. That is applied when a position is needed (`fold`), not per
 * message. Before a hello or an ack confirms a track, no cursor moves it: only its own messages do.
 */
export class Coverage {
  /** By channel, with the position that each track had when it was asked for. */
  readonly #asked = new Map<string, Map<Track, Position>>();
  /** By channel, where the gateway was asked to begin: it knows no other position, be it of a track that has left since. */
  readonly #from = new Map<string, Position>();
  readonly #covered = new Set<Track>();
  /** Those that are asked for on the connection as it is: what comes before their answer is not theirs. */
  readonly #held = new Set<Track>();
  /** The last cursor seen, and whether the tracks have been moved to it. */
  #seen: Cursor | null = null;
  #folded = true;
  /** The end of the log when the gateway last confirmed something. */
  #head: Cursor | null = null;
  /** By channel, where the last gap ended that the connection has told of since it was asked. */
  readonly #gone = new Map<string, Cursor>();

  /** Starts over with these tracks, for a request that is about to be made; returns where each channel starts. */
  ask(tracks: Iterable<Track>): ReadonlyMap<string, Position> {
    const wanted = [...tracks];
    this.fold();
    // The answer tells of it again, unless the log was put back.
    this.#gone.clear();
    this.keep(wanted);
    return this.add(wanted);
  }

  /**
   * Takes tracks in that are asked for on an open connection. Their channel may just have been left on it: then messages
   * of the last subscription are still under way, and would move the new one's position past what it is to be given.
   */
  hold(tracks: readonly Track[]): ReadonlyMap<string, Position> {
    for (const track of tracks) this.#held.add(track);
    return this.add(tracks);
  }

  /** Takes tracks in, for a request that is about to be made; returns where each of their channels starts. */
  add(tracks: Iterable<Track>): ReadonlyMap<string, Position> {
    const added = new Map<string, Track[]>();
    for (const track of tracks) {
      const { channel, position } = track;
      const others = this.#asked.get(channel) ?? new Map<Track, Position>();
      this.#asked.set(channel, others.set(track, position));
      added.set(channel, [...(added.get(channel) ?? []), track]);
    }
    const starts = new Map([...added].map(([channel, some]) => [channel, startOf(some)]));
    for (const [channel, start] of starts) this.#from.set(channel, start);
    return starts;
  }

  /** Forgets a track, and with the last one its channel. */
  remove(track: Track): void {
    const { channel } = track;
    this.#covered.delete(track);
    this.#held.delete(track);
    const tracks = this.#asked.get(channel);
    tracks?.delete(track);
    if (tracks?.size !== 0) return;
    this.#asked.delete(channel);
    this.#from.delete(channel);
    this.#gone.delete(channel);
  }

  /** Forgets all but these. What was asked for them stays as it was: what is said of it may be on its way. */
  keep(tracks: Iterable<Track>): void {
    const kept = new Set(tracks);
    for (const track of this.#tracks) if (!kept.has(track)) this.remove(track);
  }

  /** A track that wants what comes from now on joins a channel that is covered; `false` when it cannot. */
  join(track: Track): boolean {
    const others = this.#asked.get(track.channel);
    if (track.position !== 'now' || this.#head === null || others === undefined) return false;
    if (![...others.keys()].some((other) => this.#covered.has(other))) return false;
    const seen = this.#seen;
    // During a replay the last cursor seen lies before the head, and "now" does not.
    const isPast = seen !== null && isAfter(seen, this.#head) !== false;
    const present = isPast ? seen : this.#head;
    // What a gap has taken was told to the others before.
    const gone = this.#gone.get(track.channel);
    track.start(gone !== undefined && isAfter(gone, present) ? gone : present);
    others.set(track, track.position);
    this.#covered.add(track);
    return true;
  }

  asks(channel: string): boolean {
    return this.#asked.has(channel);
  }

  covers(track: Track): boolean {
    return this.#covered.has(track);
  }

  includes(track: Track): boolean {
    return this.#asked.get(track.channel)?.get(track) !== undefined;
  }

  get channels(): readonly string[] {
    return [...this.#asked.keys()];
  }

  /** The gateway carries everything that was asked, from `head` on where nothing else was said. */
  confirmAll(head: Cursor): Track[] {
    return this.confirm(this.#tracks, head);
  }

  /** The gateway carries these tracks; returns those that it did not carry before. */
  confirm(tracks: Iterable<Track>, head: Cursor): Track[] {
    // What was seen so far says nothing about the new ones.
    this.fold();
    const fresh: Track[] = [];
    for (const track of tracks) {
      this.#held.delete(track);
      const asked = this.#asked.get(track.channel)?.get(track);
      if (asked === undefined) continue;
      const { position } = track;
      track.start(head);
      if (this.#covered.has(track)) continue;
      // Another connection has taken it up since it asked for "now" or "earliest" here, which may begin further on, without a gap.
      if (!epochOf(asked) && asked !== position && isAfter(head, position) !== false) this.remove(track);
      else fresh.push(track);
    }
    for (const track of fresh) this.#covered.add(track);
    this.#head = head;
    return fresh;
  }

  /** Everything up to here has been sent. */
  see(cursor: Cursor): void {
    this.#seen = cursor;
    this.#folded = false;
  }

  /** Gives a message to the tracks for which it is new, one after the other: while one has it, it is none of the next one's yet. */
  take(channel: string, id: Cursor, give: (track: Track) => void): void {
    for (const track of this.#asked.get(channel)?.keys() ?? []) {
      if (!this.#held.has(track) && track.take(id)) give(track);
    }
    this.see(id);
  }

  /** The answer that is being read comes from this cursor's log. */
  meet(cursor: Cursor): void {
    for (const track of this.#tracks) track.meet(cursor);
  }

  /** What of a gap concerns whom. */
  skip({ channels, from, to }: Gap): GapNotice[] {
    for (const channel of channels) if (this.#asked.has(channel)) this.#gone.set(channel, to);
    return this.#tell(channels, to, (track, asked) => {
      // The log ends there if that is before all that was asked for: the hole of one track is no end to one that is past it.
      const isEnd = isAfter(this.#from.get(track.channel) ?? to, to);
      return (isEnd && track.rewind(asked, to)) || track.skip(from, to);
    });
  }

  /**
   * The log ends here, as the answer says to what was asked for these channels. The gateway knows only the lowest position of a
   * channel, and tells of no other one that is beyond the end.
   */
  endsAt(end: Cursor, channels: Iterable<string> = this.#asked.keys()): GapNotice[] {
    return this.#tell(channels, end, (track, asked) => track.rewind(asked, end));
  }

  get #tracks(): readonly Track[] {
    return [...this.#asked.values()].flatMap((tracks) => [...tracks.keys()]);
  }

  #tell(
    channels: Iterable<string>,
    to: Cursor,
    missing: (track: Track, asked: Position) => Cursor | null,
  ): GapNotice[] {
    const notices: GapNotice[] = [];
    for (const channel of channels) {
      const tracks = [...(this.#asked.get(channel) ?? [])];
      const missed = tracks.map(([track, asked]) => (this.#held.has(track) ? null : missing(track, asked)));
      const froms = new Set(missed.filter((from) => from !== null));
      for (const from of froms) {
        // One that begins later in the same log lies within another.
        if (![...froms].some((other) => isAfter(from, other))) notices.push({ channel, from, to });
      }
    }
    return notices;
  }

  /** Moves every covered track to the last cursor seen. */
  fold(): void {
    if (this.#folded || this.#seen === null) return;
    for (const track of this.#covered) track.advance(this.#seen);
    this.#folded = true;
  }
}

/** Where to ask from for several tracks of a channel. */
function startOf(tracks: readonly Track[]): Position {
  const { position } = tracks.reduce((lowest, track) => (track.isBehind(lowest) ? track : lowest));
  if (position !== 'earliest') return position;
  // What is gone is no gap to who asks for "earliest". With one that has been further on, the log is asked from its beginning.
  const epoch = tracks.map((track) => epochOf(track.position)).find(Boolean);
  return epoch ? formatCursor(epoch, 0) : position;
}
