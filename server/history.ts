import { formatCursor } from '../transports/cursor.js';
import type { Bus, Entry } from './bus/bus.js';

/** As much as a page of the log: an answer is held in memory until its reader has taken it. */
const PAGE_BYTES = 256 * 1024;

/** The recent past of a channel, for people and for pages that want to show something at once. */
export class History {
  constructor(private readonly bus: Bus) {}

  /**
   * The last messages of a channel, oldest first, as JSON text `{"channel","cursor","messages"}`: subscribing from
   * the cursor goes on right behind them. Going back, no further one is taken once there are so many bytes.
   */
  async read(channel: string, limit: number, bytes = PAGE_BYTES): Promise<string> {
    // Asked first: a message that comes in between is in the page and after the cursor, and clients drop it.
    const head = await this.bus.head();
    const entries = newest(await this.bus.latest(channel, limit), bytes);
    const cursor = formatCursor(this.bus.epoch, head);
    const messages = entries.map((entry) => entry.json).join(',');
    return `{"channel":${JSON.stringify(channel)},"cursor":"${cursor}","messages":[${messages}]}`;
  }
}

/** The last entries, up to the one that reaches so many bytes. */
function newest(entries: readonly Entry[], bytes: number): readonly Entry[] {
  let first = entries.length;
  for (let size = 0; first > 0 && size < bytes; first--) size += entries[first - 1]?.bytes ?? 0;
  return entries.slice(first);
}
