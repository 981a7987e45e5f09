import type { WireFormat } from '../transports/wire-format.js';

/** A packet, and how many messages are in it. */
export interface Written<Packet> {
  readonly packet: Packet;
  readonly messages: number;
  readonly gaps: number;
}

/** Positions of which packets are kept. */
const MOST = 64;
/** How long what was read is still what would be read, in milliseconds: no more than retention is late anyway. */
const AGE_MS = 100;

interface Recent {
  readonly format: WireFormat<unknown>;
  readonly written: Written<unknown>;
  readonly at: number;
}

/**
 * The packets of pages that were read a moment ago. Many who poll come late for the same message, and would each have the same
 * page read and the same packet made. Whoever writes to the log clears it.
 */
export class RecentPackets {
  readonly #packets = new Map<string, Recent>();

  /** What was read of the channels after an offset, if it was in this very moment of the log. */
  find(format: WireFormat<unknown>, channels: Iterable<string>, after: number, now: number): Written<unknown> | null {
    if (this.#packets.size === 0) return null;
    const recent = this.#packets.get(keyOf(channels, after));
    return recent !== undefined && recent.format === format && now - recent.at <= AGE_MS ? recent.written : null;
  }

  /** Keeps what everybody would be given who asks for the same. */
  keep(
    format: WireFormat<unknown>,
    channels: Iterable<string>,
    after: number,
    written: Written<unknown>,
    at: number,
  ): void {
    if (this.#packets.size < MOST) this.#packets.set(keyOf(channels, after), { format, written, at });
  }

  clear(): void {
    if (this.#packets.size > 0) this.#packets.clear();
  }
}

/** Those who ask for the same channels in another order have a packet of their own. */
function keyOf(channels: Iterable<string>, after: number): string {
  let key = String(after);
  for (const channel of channels) key += `\n${channel}`;
  return key;
}
