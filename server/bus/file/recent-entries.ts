import type { Entry } from '../bus.js';
import type { ChannelReader } from '../channel-log.js';
import { ChannelLog } from '../channel-log.js';

/** The last entries of the whole log in memory, so many bytes of them, whatever their channel. */
export class RecentEntries {
  readonly #logs = new Map<string, ChannelLog>();
  /** The channel of each entry, oldest first; those before `#first` are gone. */
  #order: ChannelLog[] = [];
  #first = 0;
  #cost = 0;

  constructor(private readonly mostBytes: number) {}

  /** Takes the next entry of the log, with the offset of the one before it on its channel. */
  push(entry: Entry, previous: number): void {
    let log = this.#logs.get(entry.channel);
    if (log === undefined) {
      log = new ChannelLog(entry.channel, previous);
      this.#logs.set(entry.channel, log);
    }
    const before = log.cost;
    log.append(entry);
    this.#cost += log.cost - before;
    this.#order.push(log);
    while (this.#cost > this.mostBytes) this.#dropOldest();
  }

  /** A reader of everything after an offset on a channel, or `null` when memory does not reach back so far. */
  readerAfter(channel: string, offset: number): ChannelReader | null {
    const log = this.#logs.get(channel);
    return log === undefined || offset < log.floor ? null : log.readerAfter(offset);
  }

  /** The last entries of a channel that come after its floor, or `null` when memory does not reach back so far. */
  latest(channel: string, floor: number, limit: number): readonly Entry[] | null {
    const log = this.#logs.get(channel);
    if (log === undefined) return null;
    const entries = log.latest(limit).filter(({ offset }) => offset > floor);
    return entries.length === limit || log.floor <= floor ? entries : null;
  }

  #dropOldest(): void {
    const log = this.#order[this.#first];
    if (log === undefined) return;
    const before = log.cost;
    log.dropOldest();
    this.#cost += log.cost - before;
    if (log.length === 0) this.#logs.delete(log.name);
    this.#first++;
    if (this.#first > 1_024 && this.#first * 2 > this.#order.length) {
      this.#order = this.#order.slice(this.#first);
      this.#first = 0;
    }
  }
}
