import { setImmediate as turn } from 'node:timers/promises';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits items in groups, one group at a time: everything that comes while one group is being written goes into the
 * next one. So the price of a flush is shared by however many publishers there are, and nobody waits for a timer.
 */
export class GroupCommit<Item, Result> {
  #waiting: Waiting<Item, Result>[] = [];
  #running: Promise<void> | undefined;

  constructor(
    /** Writes a group and answers each of its items, in order. */
    private readonly commit: (group: readonly Item[]) => Promise<readonly Result[]>,
    /** The most items in one group. */
    private readonly most: number,
  ) {}

  /** Resolves with the item's answer when its group is written. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is left to be written. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Those who were answered just now, and whoever else this turn brings, come along.
      await turn();
      const group = this.#waiting.slice(0, this.most);
      this.#waiting = this.#waiting.slice(this.most);
      try {
        const results = await this.commit(group.map(({ item }) => item));
        for (const [index, result] of results.entries()) group[index]?.resolve(result);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }
}
