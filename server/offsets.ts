import type { Cursor } from '../transports/cursor.js';
import type { Page, ReadRequest } from './bus/bus.js';
import { headsOf, type Start } from './start.js';

/**
 * How far one connection has come: for each of its channels, the offset up to which it has it; and what is still to be said
 * before its next page. It is a map itself, because there is one for every connection. An offset never goes back but by
 * asking for the channel anew.
 */
export class Offsets extends Map<string, number> {
  /** Counts changes of the channels, so that a page that was asked for before one of them is thrown away. */
  edition = 0;
  /** How the next page begins: where it starts, for what has to be said before it. */
  #start: Start | null = null;
  /** Where the log ended for channels that were asked for from the earliest, until that page. */
  #heads: Map<string, number> | undefined;

  /** Channels are asked for, anew where they are here already. */
  begin(start: Start): void {
    this.edition++;
    for (const [channel, after] of start.after) this.set(channel, after);
    this.#heads = headsOf(start, this.#heads);
    this.#start = { ...start, lost: new Map([...this.#lostBut(start.after.keys()), ...start.lost]) };
  }

  /** For the next page, as {@link ReadRequest.heads} has it. */
  get heads(): ReadonlyMap<string, number> | undefined {
    return this.#heads;
  }

  /** Channels are asked for from a position of which nothing has to be said before. */
  resume(channels: Iterable<string>, offset: number): void {
    this.edition++;
    for (const channel of channels) this.set(channel, offset);
  }

  leave(channels: readonly string[]): void {
    this.edition++;
    for (const channel of channels) {
      this.delete(channel);
      this.#heads?.delete(channel);
    }
    if (this.#start !== null) this.#start = { ...this.#start, lost: this.#lostBut(channels) };
  }

  /** Hands out what has to be said before the next page, once. */
  takeStart(): Start | null {
    const start = this.#start;
    this.#start = null;
    this.#heads = undefined;
    return start;
  }

  /** A page was read: its entries, and its holes, have been told. */
  pass(page: Page): void {
    const told = new Map(page.holes.map(({ channel, to }) => [channel, to]));
    for (const [channel, after] of this) {
      this.set(channel, Math.max(after, page.upTo, told.get(channel) ?? 0, page.floors?.get(channel) ?? 0));
    }
  }

  /** Everything up to this offset has been given. */
  raise(upTo: number): void {
    for (const [channel, after] of this) this.set(channel, Math.max(after, upTo));
  }

  get highest(): number {
    return Math.max(...this.values());
  }

  /** The gaps that are still to be told, without those of channels that start anew or go. */
  #lostBut(channels: Iterable<string>): Map<string, Cursor> {
    const lost = new Map(this.#start?.lost);
    for (const channel of channels) lost.delete(channel);
    return lost;
  }
}
