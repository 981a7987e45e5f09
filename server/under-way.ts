/**
 * What a client has begun that has no answer yet: the calls of a connection or of a POST, the frames of a connection. What
 * comes behind does not wait for it, but so that it stays bounded, only so many are begun: the next one waits, and what is
 * behind it.
 */
export class UnderWay {
  #count = 0;
  #bytes = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly most: { readonly count: number; readonly bytes: number }) {}

  /** Resolves when there is room for one more, however large it is if it is alone. */
  async room(bytes: number): Promise<void> {
    const { count, bytes: most } = this.most;
    while (this.#count > 0 && (this.#count >= count || this.#bytes + bytes > most)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Counts one until it is done with, its answer included. */
  add(bytes: number, done: Promise<unknown>): void {
    this.#count++;
    this.#bytes += bytes;
    const leave = () => {
      this.#count--;
      this.#bytes -= bytes;
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
    void done.then(leave, leave);
  }
}
