/** Remembers values by key for a time, and at most so many: enough to recognise a repetition. */
export class RecentKeys<Value> {
  /** In order of insertion, so that the oldest comes first. */
  readonly #values = new Map<string, { readonly value: Value; readonly at: number }>();

  constructor(
    private readonly options: { readonly count: number; readonly ageMs: number; readonly now: () => number },
  ) {}

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    const known = this.#values.get(key);
    if (known === undefined) return undefined;
    return known.at >= this.options.now() - this.options.ageMs ? known.value : undefined;
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, { value, at: this.options.now() });
    this.#forget();
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  #forget(): void {
    const notBefore = this.options.now() - this.options.ageMs;
    for (const [key, { at }] of this.#values) {
      if (this.#values.size <= this.options.count && at >= notBefore) return;
      this.#values.delete(key);
    }
  }
}
