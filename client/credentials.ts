/** Where tokens come from: the token itself, or a function that is asked whenever a new one is needed. */
export type TokenSource = string | (() => string | Promise<string>);

/** The client's token: asked for when it is needed, and again when it is no longer good. */
export class Credentials {
  readonly #source: TokenSource | undefined;
  #token: string | null;
  #asking: Promise<string> | null = null;
  /** Whether the present token has been good for something. */
  #isProved = true;

  constructor(source: TokenSource | undefined) {
    this.#source = source;
    this.#token = typeof source === 'string' ? source : null;
  }

  /** Whether there is nothing to wait for. */
  get isReady(): boolean {
    return this.#source === undefined || this.#token !== null;
  }

  /** The token as it is now. */
  get token(): string | null {
    return this.#token;
  }

  /** The header that carries the token. */
  get headers(): Readonly<Record<string, string>> {
    return this.#token === null ? {} : { Authorization: `Bearer ${this.#token}` };
  }

  /** Resolves when there is a token, if one is needed. All who wait share one question. */
  async ready(): Promise<void> {
    const source = this.#source;
    if (this.isReady || typeof source !== 'function') return;
    this.#asking ??= (async () => source())();
    try {
      const token = await this.#asking;
      if (typeof token !== 'string' || token === '') throw new TypeError('token() did not return a token.');
      this.#token = token;
    } finally {
      this.#asking = null;
    }
  }

  /** The token was good. */
  proved(): void {
    this.#isProved = true;
  }

  /**
   * The gateway does not take the token any more: the next one is asked for. `false` when that would be of no use: there
   * is no one to ask, or the refused token is a new one that was never good for anything.
   */
  renew(): boolean {
    if (typeof this.#source !== 'function') return false;
    // Whoever is refused while the next one is asked for was sent with the last one.
    if (this.#token === null) return true;
    if (!this.#isProved) return false;
    this.#token = null;
    this.#isProved = false;
    return true;
  }
}
