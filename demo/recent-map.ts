/** How much a {@link RecentMap} keeps. */
export interface RecentMapOptions {
  readonly count: number;
  /** An entry that nobody has asked for in so long is forgotten, in milliseconds. */
  readonly ageMs: number;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/**
 * A map that forgets: what was not used for long, and what was used longest ago when there is too much. Whatever
 * visitors put into it, its size is bounded.
 */
export class RecentMap<Value> {
  /** In the order of their last use, which is the order of insertion: a use takes an entry out and puts it back. */
  readonly #entries = new Map<string, { readonly value: Value; readonly usedAt: number }>();
  readonly #options: RecentMapOptions;

  constructor(options: RecentMapOptions) {
    this.#options = options;
  }

  /** The value, which counts as a use of it. */
  get(name: string): Value | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#isOld(entry.usedAt)) return undefined;
    this.set(name, entry.value);
    return entry.value;
  }

  set(name: string, value: Value): void {
    this.#entries.delete(name);
    this.#entries.set(name, { value, usedAt: this.#options.now() });
    for (const [oldest, { usedAt }] of this.#entries) {
      if (this.#entries.size <= this.#options.count && !this.#isOld(usedAt)) return;
      this.#entries.delete(oldest);
    }
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }

  #isOld(usedAt: number): boolean {
    return this.#options.now() - usedAt > this.#options.ageMs;
  }
}
