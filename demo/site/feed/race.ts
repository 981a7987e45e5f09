const KEPT = 200;

/** Which lane had a message first, and how far behind the others were. */
export class Race {
  readonly #firstAt = new Map<string, number>();

  /** A message has arrived in some lane; returns by how many milliseconds it was not the first. */
  arrive(id: string, at: number): number {
    const firstAt = this.#firstAt.get(id);
    if (firstAt !== undefined) return Math.max(0, at - firstAt);
    this.#firstAt.set(id, at);
    const [oldest] = this.#firstAt.keys();
    if (this.#firstAt.size > KEPT && oldest !== undefined) this.#firstAt.delete(oldest);
    return 0;
  }
}
