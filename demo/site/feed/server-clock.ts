/** Asks the server for its clock, in milliseconds since 1970. */
export type AskTime = () => Promise<number>;

const SAMPLES = 6;

/**
 * The server's clock, as well as it can be known from here.
 *
 * As in NTP (RFC 5905, section 8) the answer of the quickest round trip is believed, and taken as read half-way. The
 * error is at most half of that round trip.
 */
export class ServerClock {
  #offsetMs: number | null = null;
  #roundTripMs = Number.POSITIVE_INFINITY;

  get isAligned(): boolean {
    return this.#offsetMs !== null;
  }

  /** The server's time now; the page's own until the two have been compared. */
  now(): number {
    return pageTime() + (this.#offsetMs ?? 0);
  }

  /** Compares the clocks. Keeps what is known when nothing better comes of it. */
  async align(ask: AskTime): Promise<void> {
    // Clocks drift: a good sample is not good for ever.
    this.#roundTripMs *= 2;
    for (let sample = 0; sample < SAMPLES; sample++) {
      const askedAt = pageTime();
      const time = await ask();
      const roundTripMs = pageTime() - askedAt;
      if (roundTripMs >= this.#roundTripMs) continue;
      this.#roundTripMs = roundTripMs;
      this.#offsetMs = time - (askedAt + roundTripMs / 2);
    }
  }
}

/** Milliseconds since 1970 with fractions, and never jumping backwards. */
function pageTime(): number {
  return performance.timeOrigin + performance.now();
}
