import type { Environment } from '../transports/environment.js';

/** This client's place among all pages of the browser that hold connections to a host: one for all that it opens. */
export class Place {
  readonly #take: Environment['takeConnection'];
  readonly #address: string;
  #taken: Promise<(() => void) | null> | null = null;
  #holders = 0;

  constructor({ takeConnection }: Environment, address: string) {
    this.#take = takeConnection;
    this.#address = address;
  }

  /** Whether places are counted here at all. */
  get isCounted(): boolean {
    return this.#take !== undefined;
  }

  /** Resolves with how to give the place back, or with `null` when there is none. */
  async take(): Promise<(() => void) | null> {
    if (this.#take === undefined) return () => {};
    this.#holders++;
    this.#taken ??= this.#take(this.#address);
    const release = await this.#taken.catch(() => () => {});
    if (release !== null) return () => this.#leave();
    this.#leave();
    return null;
  }

  #leave(): void {
    this.#holders--;
    if (this.#holders > 0) return;
    const taken = this.#taken;
    this.#taken = null;
    taken?.then(
      (release) => release?.(),
      () => {},
    );
  }
}
