const KEPT = 600;

/** The latencies of the last 600 messages, in milliseconds. */
export class Latencies {
  readonly #values: number[] = [];

  /** Oldest first. */
  get values(): readonly number[] {
    return this.#values;
  }

  get last(): number | null {
    return this.#values.at(-1) ?? null;
  }

  /** What so many of a hundred messages were not slower than (nearest rank); `null` while there are none. */
  percentile(share: number): number | null {
    const sorted = [...this.#values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)] ?? null;
  }

  add(ms: number): void {
    if (this.#values.length === KEPT) this.#values.shift();
    this.#values.push(ms);
  }
}
