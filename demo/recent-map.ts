import { monotonicMs } from './monotonic.js';

/** How much a {@link RecentMap} keeps. */
export interface RecentMapOptions {
  readonly count: number;
  /** An entry that nobody has asked for in so long is forgotten, in milliseconds. */
  readonly ageMs: number;
  /** @default monotonicMs */
  readonly now?: () => number;
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
  /** The names of each owner, in the same order. */
  readonly #names = new Map<string, Set<string>>();
  readonly #options: RecentMapOptions;
  readonly #now: () => number;

  constructor(options: RecentMapOptions) {
    this.#options = options;
    this.#now = options.now ?? monotonicMs;
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
      this.delete(oldest);
    }
  }

  delete(name: string): void {
    const owner = this.#entries.get(name)?.owner;
    if (owner === undefined) return;
    this.#entries.delete(name);
    const names = this.#names.get(owner);
    names?.delete(name);
    if (names?.size === 0) this.#names.delete(owner);
  }

  /** Puts it behind all others. */
  #put(name: string, value: Value, owner: string): void {
    this.delete(name);
    this.#entries.set(name, { value, owner, usedAt: this.#now() });
    const names = this.#names.get(owner) ?? new Set();
    this.#names.set(owner, names.add(name));
  }

  #forgetOwn(owner: string): void {
    const { each = Number.POSITIVE_INFINITY } = this.#options;
    const names = this.#names.get(owner) ?? new Set();
    for (const oldest of names) {
      if (names.size <= each) return;
      this.delete(oldest);
    }
  }

  #isOld(usedAt: number): boolean {
    return this.#now() - usedAt > this.#options.ageMs;
  }
}
