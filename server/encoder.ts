import type { Cursor } from '../transports/cursor.js';
import type { Hello } from '../transports/record.js';
import type { WireFormat } from '../transports/wire-format.js';
import type { Entry } from './bus/bus.js';

/** The most texts that are kept, and the most UTF-16 units in them: as much as a tail holds. */
const COUNT = 2_000;
const UNITS = 8 * 1024 * 1024;

/**
 * Makes the text of a message once for each format. The last texts are kept, whoever they were made for: everybody
 * who is live wants the same ones, and so do those who come back together. What one reader alone reads from far back
 * goes again, and does not stay as long as the log has the message.
 */
export class Encoder<Packet = unknown> {
  /** By offset, in the order in which they were made. */
  readonly #texts = new Map<number, string>();
  #units = 0;
  #greeting: { readonly key: string; readonly packet: Packet } | null = null;

  constructor(readonly format: WireFormat<Packet>) {}

  text(entry: Entry): string {
    const known = this.#texts.get(entry.offset);
    if (known !== undefined) return known;
    const text = this.format.message(entry);
    this.#texts.set(entry.offset, text);
    this.#units += text.length;
    for (const [oldest, { length }] of this.#texts) {
      if (this.#texts.size <= COUNT && this.#units <= UNITS) break;
      this.#texts.delete(oldest);
      this.#units -= length;
    }
    return text;
  }

  /** The packet of a hello and nothing else, with the cursor after it: those who come while nothing is published get the same one. */
  greeting(hello: Hello, cursor: Cursor): Packet {
    const key = `${hello.cursor} ${hello.head} ${cursor} ${hello.transports}`;
    if (this.#greeting?.key !== key) {
      this.#greeting = { key, packet: this.format.packet({ controls: [hello], messages: [], cursor }) };
    }
    return this.#greeting.packet;
  }
}
