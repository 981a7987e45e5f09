import { formatCursor } from '../transports/cursor.js';
import type { Bus } from './bus/bus.js';

/** The recent past of a channel, for people and for pages that want to show something at once. */
export class History {
  constructor(private readonly bus: Bus) {}

  /**
   * The last messages of a channel, oldest first, as JSON text `{"channel","cursor","messages"}`: subscribing from
   * the cursor goes on right behind them.
   */
  async read(channel: string, limit: number): Promise<string> {
    // Asked first: a message that comes in between is in the page and after the cursor, and clients drop it.
    const head = await this.bus.head();
    const entries = await this.bus.latest(channel, limit);
    const cursor = formatCursor(this.bus.epoch, head);
    const messages = entries.map((entry) => entry.json).join(',');
    return `{"channel":${JSON.stringify(channel)},"cursor":"${cursor}","messages":[${messages}]}`;
  }
}
