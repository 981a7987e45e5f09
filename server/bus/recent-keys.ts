import { FifoMap } from './fifo-map.js';

/** Remembers values by key for a time, and at most so many: enough to recognise a repetition. */
export class RecentKeys<Value> {
  readonly #values = new FifoMap<{ readonly value: Value; readonly at: number }>();

  constructor(
    private readonly options: {
      readonly count: number;
      readonly ageMs: number;
      readonly now: () => number;
      /** Told each value that is let go of or replaced. */
      readonly forgotten?: (value: Value) => void;
    },
  ) {}

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    const known = this.#values.get(key);
    if (known === undefined) return undefined;
    return known.at >= this.options.now() - this.options.ageMs ? known.value : undefined;
  }

  set(key: string, value: Value, at = this.options.now()): void {
    this.delete(key);
    this.#values.set(key, { value, at });
    this.#forget();
  }

  delete(key: string): void {
    const known = this.#values.get(key);
    if (known === undefined) return;
    this.#values.delete(key);
    this.options.forgotten?.(known.value);
  }

  #forget(): void {
    const notBefore = this.options.now() - this.options.ageMs;
    for (let oldest = this.#values.oldest; oldest !== undefined; oldest = this.#values.oldest) {
      const [key, { at }] = oldest;
      if (this.#values.size <= this.options.count && at >= notBefore) return;
      this.delete(key);
    }
  }
}
