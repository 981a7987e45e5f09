/** Waits for its turn. */
type Go = () => void;

/**
 * How much is read from the log in one turn of the event loop, so that who reads the past never keeps those waiting for long who
 * are live: what is beyond it is read in the next turns, in the order in which it was asked for.
 *
 * What a page may hold is taken before it is read, and what it did not hold is given back: of many readers that begin at the
 * same moment only as many read as the turn has room for, however long their past is. Pages that are asked of an engine
 * elsewhere take more turns than one, each of which has room for as many new ones.
 */
export class ReadBudget {
  readonly #whole: number;
  #left: number;
  readonly #waiting = new Map<Go, number>();
  #turn: NodeJS.Immediate | null = null;

  /** @param whole messages in one turn */
  constructor(whole: number) {
    this.#whole = whole;
    this.#left = whole;
  }

  /**
   * Takes so many messages of this turn, or of a later one: `null` where they may be read at once, otherwise a promise that resolves
   * when they may.
   */
  take(messages: number): Promise<void> | null {
    this.#watch();
    if (this.#waiting.size > 0 || this.#left <= 0)
      return new Promise((resolve) => this.#waiting.set(resolve, messages));
    this.#left -= messages;
    return null;
  }

  /** Gives back so many that were taken and not there. */
  giveBack(messages: number): void {
    // They may be those of a turn that is over.
    this.#left = Math.min(this.#whole, this.#left + messages);
    this.#release();
  }

  #watch(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#left = this.#whole;
      this.#release();
    });
  }

  #release(): void {
    for (const [go, messages] of this.#waiting) {
      if (this.#left <= 0) break;
      this.#waiting.delete(go);
      this.#left -= messages;
      go();
    }
    if (this.#waiting.size > 0) this.#watch();
  }
}
