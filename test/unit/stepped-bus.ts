import type { Bus, Draft, Entry, Following, LogSize, Page, ReadRequest, Receipt } from '../../server/bus/bus.js';

/** So few entries at a time that readers need many pages. */
const PAGE = 3;

/**
 * A bus whose every answer waits to be let go, and whose followers hear of an entry only when they are told: an engine
 * far away, as slow as a test wants it, and slow in the same way every time.
 */
export class SteppedBus implements Bus {
  readonly engine: string;
  readonly epoch: string;
  readonly #waiting: (() => void)[] = [];
  readonly #announced: Entry[] = [];
  readonly #listeners = new Set<(entry: Entry) => void>();

  constructor(private readonly inner: Bus) {
    this.engine = inner.engine;
    this.epoch = inner.epoch;
  }

  /** How many questions and answers are under way. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** How many entries the followers have not heard of. */
  get unheard(): number {
    return this.#announced.length;
  }

  /** Lets one question or answer go on. */
  pass(which: number): void {
    const [next] = this.#waiting.splice(which % Math.max(1, this.#waiting.length), 1);
    next?.();
  }

  /** Lets the followers hear of the next entries. */
  announce(count: number): void {
    for (const entry of this.#announced.splice(0, count)) for (const listener of this.#listeners) listener(entry);
  }

  publish(draft: Draft): Promise<Receipt> {
    return this.inner.publish(draft);
  }

  knows(key: string): boolean {
    return this.inner.knows(key);
  }

  read(request: ReadRequest): Promise<Page> {
    return this.#slowly(() => this.inner.read({ ...request, limit: PAGE }));
  }

  latest(channel: string, limit: number): Promise<readonly Entry[]> {
    return this.#slowly(() => this.inner.latest(channel, limit));
  }

  size(): Promise<LogSize> {
    return this.inner.size();
  }

  head(): Promise<number> {
    return this.#slowly(() => this.inner.head());
  }

  follow(listener: (entry: Entry) => void): Promise<Following> {
    return this.#slowly(async () => {
      this.#listeners.add(listener);
      const inner = await this.inner.follow((entry) => this.#announced.push(entry));
      return {
        from: inner.from,
        stop: () => {
          this.#listeners.delete(listener);
          inner.stop();
        },
      };
    });
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /** Once on the way there, once on the way back. */
  async #slowly<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    await this.#letGo();
    const answer = await ask();
    await this.#letGo();
    return answer;
  }

  #letGo(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
