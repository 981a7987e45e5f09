/** What one subscriber was given of one channel, message by message. */
export class Tally {
  /** The next number that is expected. */
  #next: number;
  #missing: Set<number> | null = null;
  repeated = 0;
  disordered = 0;

  /** @param from the number of the first message that this subscriber is to get */
  constructor(from: number) {
    this.#next = from;
  }

  /** Up to here, exclusively, something of each has come or is missing. */
  get reached(): number {
    return this.#next;
  }

  /** Returns whether the message is new. */
  take(number: number): boolean {
    if (number === this.#next) {
      this.#next++;
      return true;
    }
    if (number > this.#next) {
      this.#missing ??= new Set();
      for (let between = this.#next; between < number; between++) this.#missing.add(between);
      this.#next = number + 1;
      return true;
    }
    if (this.#missing?.delete(number) === true) {
      this.disordered++;
      return true;
    }
    this.repeated++;
    return false;
  }

  /** How many have not come of those below this number. */
  lost(end: number): number {
    return Math.max(0, end - this.#next) + (this.#missing?.size ?? 0);
  }
}
