/** Something that takes room. */
interface Costly {
  readonly cost: number;
}

/**
 * Things by the power of two of what they cost, so that one of the costliest is found without looking at them all:
 * there may be hundreds of thousands, and it is asked for with every message once the log is full.
 */
export class CostRanks<Thing extends Costly> {
  /**
   * By rank. Arrays and not sets: the first element of a set from which many were deleted takes long to find (0.9 ms
   * with 200,000), the last one of an array does not.
   */
  readonly #ranks: Thing[][] = [];
  readonly #places = new Map<Thing, { readonly rank: number; readonly index: number }>();

  /** Takes a thing in, or notes that its cost has changed. */
  put(thing: Thing): void {
    const rank = Math.floor(Math.log2(Math.max(1, thing.cost)));
    if (this.#places.get(thing)?.rank === rank) return;
    this.delete(thing);
    while (this.#ranks.length <= rank) this.#ranks.push([]);
    const index = (this.#ranks[rank]?.push(thing) ?? 0) - 1;
    this.#places.set(thing, { rank, index });
  }

  delete(thing: Thing): void {
    const place = this.#places.get(thing);
    if (place === undefined) return;
    this.#places.delete(thing);
    const things = this.#ranks[place.rank] ?? [];
    // The last one takes the place that has become free.
    const last = things.pop();
    if (last === undefined || last === thing) return;
    things[place.index] = last;
    this.#places.set(last, place);
  }

  /** One that costs at least half as much as the costliest. */
  get costly(): Thing | undefined {
    return this.#ranks.findLast((things) => things.length > 0)?.at(-1);
  }
}
