/** Waits for its turn. */
interface Waiting {
  readonly messages: number;
  readonly go: () => void;
}

/** When so many at the front of the queue have gone, and they are half of it, the rest moves up. */
const GONE = 1_024;

/**
 * How much is read from the log in one turn of the event loop, so that those who are live do not wait for all who read the past: what is
 * beyond it is read in the next turns, in the order in which it was asked for.
 *
 * What a page may hold is taken before it is read, and what it did not hold is given back: of many readers that begin at the
 * same moment only as many read as the turn has room for, however long their past is. It is messages that count, not bytes. Pages that
 * are asked of an engine elsewhere take more turns than one, each of which has room for as many new ones.
 */
export class ReadBudget {
  readonly #whole: number;
  #left: number;
  #waiting: Waiting[] = [];
  /** Where in that is who waits longest. */
  #first = 0;
  #turn: NodeJS.Immediate | null = null;

  /** @param whole messages in one turn */
  constructor(whole: number) {
    this.#whole = whole;
    this.#left = whole;
  }

  /**
   * Takes what a page may hold from this turn, or from a later one: `null` where it may be read at once, otherwise a promise that
   * resolves when it may. One may hold more than is left.
   */
  take(messages: number): Promise<void> | null {
    this.#watch();
    if (this.#isAwaited || this.#left <= 0) return new Promise((go) => this.#waiting.push({ messages, go }));
    this.#left -= messages;
    return null;
  }

  /** Gives back so many messages that were taken and not there. */
  giveBack(messages: number): void {
    // They may be those of a turn that is over.
    this.#left = Math.min(this.#whole, this.#left + messages);
    this.#release();
  }

  get #next(): Waiting | undefined {
    return this.#waiting[this.#first];
  }

  get #isAwaited(): boolean {
    return this.#next !== undefined;
  }

  #watch(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#left = this.#whole;
      this.#release();
    });
  }

  #release(): void {
    for (let next = this.#next; this.#left > 0 && next !== undefined; next = this.#next) {
      this.#left -= next.messages;
      this.#first += 1;
      next.go();
    }
    if (this.#first >= GONE && 2 * this.#first >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    if (this.#isAwaited) this.#watch();
  }
}
