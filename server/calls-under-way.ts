/**
 * The calls of one connection, or of one POST, that have no answer yet. What comes behind a call does not wait for it, but
 * so that what a client has under way stays bounded, only so many are begun: the next one waits, and what is behind it.
 */
export class CallsUnderWay {
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

  /** Counts a call until it is done with, its answer included. */
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
