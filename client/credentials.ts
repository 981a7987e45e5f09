import type { Environment } from '../transports/environment.js';
import { reasonText } from '../transports/reason-text.js';

/** Where tokens come from: the token itself, or a function that is asked whenever a new one is needed. */
export type TokenSource = string | (() => string | Promise<string>);

/** One token. The same text, fetched once more, is another token: what was refused of the first says nothing about it. */
export interface Token {
  readonly text: string;
}

/** One call of the application's function, for all who wait. */
interface Question {
  readonly answered: Promise<void>;
  giveUp(why: string): void;
}

/** The client's token: asked for when it is needed, and again when it is no longer good. */
export class Credentials {
  readonly #source: TokenSource | undefined;
  readonly #environment: Pick<Environment, 'setTimeout' | 'clearTimeout'>;
  readonly #patienceMs: number;
  #token: Token | null;
  #question: Question | null = null;
  /** Whether the present token has been good for something. */
  #isProved = true;

  /** The function gets `patienceMs` for each answer. */
  constructor(
    source: TokenSource | undefined,
    environment: Pick<Environment, 'setTimeout' | 'clearTimeout'>,
    patienceMs: number,
  ) {
    this.#source = source;
    this.#environment = environment;
    this.#patienceMs = patienceMs;
    this.#token = typeof source === 'string' ? { text: source } : null;
  }

  /** Whether there is nothing to wait for. */
  get isReady(): boolean {
    return this.#source === undefined || this.#token !== null;
  }

  /** The token as it is now; `null` while there is none. */
  get token(): Token | null {
    return this.#token;
  }

  /** Resolves when there is a token, if one is needed. All who wait share one question; rejects with "no token: …". */
  async ready(): Promise<void> {
    const source = this.#source;
    if (this.isReady || typeof source !== 'function') return;
    this.#question ??= this.#ask(source);
    await this.#question.answered;
  }

  /** Waits no longer for an answer: who needs a token asks anew. */
  forget(why: string): void {
    this.#question?.giveUp(why);
  }

  /** The token was good. */
  proved(token: Token | null): void {
    if (token === this.#token) this.#isProved = true;
  }

  /**
   * The gateway does not take this token: if it is still the present one, the next one is asked for. `false` when that
   * would be of no use: there is no one to ask, or the refused token is a new one that was never good for anything.
   */
  renew(refused: Token | null): boolean {
    if (typeof this.#source !== 'function') return false;
    // Another request has been told so before, and the next one is asked for or there already.
    if (refused !== this.#token || refused === null) return true;
    if (!this.#isProved) return false;
    this.#token = null;
    this.#isProved = false;
    return true;
  }

  #ask(source: () => string | Promise<string>): Question {
    const environment = this.#environment;
    const ms = this.#patienceMs;
    let giveUp = (_why: string): void => {};
    const givenUp = new Promise<never>((_, reject) => {
      const timer = environment.setTimeout(() => giveUp(`token() has not answered within ${ms} ms`), ms);
      giveUp = (why) => {
        environment.clearTimeout(timer);
        if (this.#question === question) this.#question = null;
        reject(new Error(why));
      };
    });
    const answer = async (): Promise<void> => {
      try {
        const token = await Promise.race([(async () => source())(), givenUp]);
        if (typeof token !== 'string' || token === '') throw new TypeError('token() did not return a token');
        this.#token = { text: token };
      } catch (error) {
        throw new Error(`no token: ${reasonText(error)}`);
      } finally {
        giveUp('answered');
      }
    };
    const question: Question = { answered: answer(), giveUp };
    return question;
  }
}

/** The header that carries a token. */
export function bearer(token: Token | null): Readonly<Record<string, string>> {
  return token === null ? {} : { Authorization: `Bearer ${token.text}` };
}
