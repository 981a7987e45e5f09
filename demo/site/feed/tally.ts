/** Counts what came, what did not and what came twice, from the numbers that the publisher put on its messages. */
export class Tally {
  received = 0;
  lost = 0;
  repeated = 0;
  #run: string | null = null;
  #last = 0;

  /** Takes the number of a message that has arrived. */
  take(run: string, number: number): void {
    this.received += 1;
    if (run === this.#run && number <= this.#last) this.repeated += 1;
    else {
      if (run === this.#run) this.lost += number - this.#last - 1;
      this.#run = run;
      this.#last = number;
    }
  }

  /** What is missed from now until the next message was not asked for. */
  pause(): void {
    this.#run = null;
  }
}
