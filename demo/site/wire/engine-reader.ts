import type { Mark, Reader } from './mark.js';

const MESSAGE = '4'.charCodeAt(0);
/** Between two packets in one body of polling. */
const SEPARATOR = 0x1e;
const BRACKETS: ReadonlySet<number> = new Set(['[', '{', '"'].map((character) => character.charCodeAt(0)));

/**
 * A packet of Engine.IO (version 4 of its protocol): a digit that says what it is. In a message (`4`) is a packet of Socket.IO
 * (version 5), with a digit of its own, and perhaps a namespace and the number of an acknowledgement before the JSON.
 */
export class EngineReader implements Reader {
  #mark: Mark = { kind: 'packet' };
  #isBegun = false;
  #isMessage = false;

  take(byte: number): Mark {
    if (byte === SEPARATOR) {
      this.#mark = { kind: 'packet' };
      this.#isBegun = false;
      return this.#mark;
    }
    if (!this.#isBegun) {
      this.#isBegun = true;
      this.#isMessage = byte === MESSAGE;
      return this.#mark;
    }
    const begins = this.#isMessage ? BRACKETS.has(byte) : true;
    if (this.#mark.kind === 'packet' && begins) this.#mark = { kind: 'payload' };
    return this.#mark;
  }
}
