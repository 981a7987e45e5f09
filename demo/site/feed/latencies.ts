const KEPT = 60;

/** The latencies of the last 60 messages, in milliseconds. */
export class Latencies {
  readonly #values: number[] = [];

  /** Oldest first. */
  get values(): readonly number[] {
    return this.#values;
  }

  get last(): number | null {
    return this.#values.at(-1) ?? null;
  }

  /** The lower one of the two in the middle, when there are two. */
  get median(): number | null {
    const sorted = [...this.#values].sort((a, b) => a - b);
    return sorted[(sorted.length - 1) >> 1] ?? null;
  }

  add(ms: number): void {
    if (this.#values.length === KEPT) this.#values.shift();
    this.#values.push(ms);
  }
}
