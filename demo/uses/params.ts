import { type Json, PushError } from '../../server/index.js';
import { fieldsOf } from '../site/words/fields.js';
import { isPlaceName } from '../site/words/uses/names.js';

/** Something to be seen; spaces and control characters are not. */
const VISIBLE = /[^\p{C}\p{Z}\s]/u;

/** What a page has sent with a call. Every reader throws `BAD_REQUEST` for what is not as it should be. */
export class Params {
  readonly #fields: Partial<Record<string, unknown>>;

  constructor(params: Json) {
    this.#fields = fieldsOf(params);
  }

  /** A text to be seen, without the space around it, of at most so many characters. */
  text(name: string, most: number): string {
    const value = this.#fields[name];
    const text = typeof value === 'string' ? value.trim() : '';
    // Measured in units first: nobody's megabyte is taken apart into characters.
    if (text.length <= 4 * most && VISIBLE.test(text) && Array.from(text).length <= most) return text;
    throw refused(name, `a text of 1 to ${most} characters`);
  }

  /** The name of a room, a board or an account. */
  place(name: string): string {
    const value = this.#fields[name];
    if (isPlaceName(value)) return value;
    throw refused(name, 'a name of 1 to 40 letters, digits, "-" and "_"');
  }

  /** A secret that a page has made or was given. */
  secret(name: string): string {
    const value = this.#fields[name];
    if (typeof value === 'string' && /^[A-Za-z0-9._-]{8,200}$/.test(value)) return value;
    throw refused(name, 'a text of 8 to 200 letters, digits, ".", "-" and "_"');
  }

  /** The id of a message. */
  id(name: string): string {
    const value = this.#fields[name];
    if (typeof value === 'string' && /^[A-Za-z0-9._-]{1,128}$/.test(value)) return value;
    throw refused(name, 'the id of a message');
  }

  /** The id of a message, or `null` where there is none. */
  idOrNone(name: string): string | null {
    return this.#fields[name] === null || this.#fields[name] === undefined ? null : this.id(name);
  }

  whole(name: string, least: number, most: number): number {
    const value = this.#fields[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw refused(name, `a whole number from ${least} to ${most}`);
  }

  flag(name: string): boolean {
    const value = this.#fields[name];
    if (typeof value === 'boolean') return value;
    throw refused(name, 'true or false');
  }
}

function refused(name: string, wanted: string): PushError {
  return new PushError('BAD_REQUEST', `"${name}" has to be ${wanted}.`);
}
