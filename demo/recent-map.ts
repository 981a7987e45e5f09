/** How much a {@link RecentMap} keeps. */
export interface RecentMapOptions {
  readonly count: number;
  /** An entry that nobody has asked for in so long is forgotten, in milliseconds. */
  readonly ageMs: number;
  /** A clock in milliseconds. */
  readonly now: () => number;
  /** So many entries of one owner are kept, and of those the ones that were used last. @default Infinity */
  readonly each?: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly owner: string;
  readonly usedAt: number;
}

/**
 * A map that forgets: what was not used for long, and what was used longest ago when there is too much, of one owner or of
 * all. Whatever visitors put into it, its size is bounded.
 */
export class RecentMap<Value> {
  /** In the order of their last use, which is the order of insertion: a use takes an entry out and puts it back. */
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #options: RecentMapOptions;

  constructor(options: RecentMapOptions) {
    this.#options = options;
  }

  /** The value, which counts as a use of it. */
  get(name: string): Value | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#isOld(entry.usedAt)) return undefined;
    this.#put(name, entry.value, entry.owner);
    return entry.value;
  }

  set(name: string, value: Value, owner = ''): void {
    this.#put(name, value, owner);
    this.#forgetOwn(owner);
    for (const [oldest, { usedAt }] of this.#entries) {
      if (this.#entries.size <= this.#options.count && !this.#isOld(usedAt)) return;
      this.#entries.delete(oldest);
    }
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }

  /** Puts it behind all others. */
  #put(name: string, value: Value, owner: string): void {
    this.#entries.delete(name);
    this.#entries.set(name, { value, owner, usedAt: this.#options.now() });
  }

  #forgetOwn(owner: string): void {
    const { each = Number.POSITIVE_INFINITY } = this.#options;
    if (this.#entries.size <= each) return;
    const own = [...this.#entries].filter(([, entry]) => entry.owner === owner).map(([name]) => name);
    for (const name of own.slice(0, Math.max(0, own.length - each))) this.#entries.delete(name);
  }

  #isOld(usedAt: number): boolean {
    return this.#options.now() - usedAt > this.#options.ageMs;
  }
}
