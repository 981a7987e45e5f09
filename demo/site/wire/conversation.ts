import type { Piece } from '../words/capture.js';
import { HttpReader, type Shared } from './http-reader.js';
import { type Reader, type ReadPiece, spansOf } from './mark.js';

/** One connection. */
interface Line {
  readonly up: HttpReader;
  readonly down: HttpReader;
}

/** Reads the pieces of a capture, which come in order over any number of connections. */
export class Conversation {
  readonly #inner: (() => Reader) | undefined;
  readonly #lines = new Map<number, Line>();
  #last = 0;

  /** `inner` makes readers for what is in the messages of a WebSocket, and in bodies of plain text. */
  constructor(inner?: () => Reader) {
    this.#inner = inner;
  }

  read({ number, connection, at, what, bytes }: Piece): ReadPiece {
    // What is missing may have been of any connection.
    if (number !== this.#last + 1)
      for (const { up, down } of this.#lines.values()) for (const reader of [up, down]) reader.lose();
    this.#last = number;
    if (what === 'close') {
      this.#lines.delete(connection);
      return { number, connection, at, what, spans: [] };
    }
    const raw = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    const reader = this.#lineOf(connection)[what];
    reader.look(raw);
    return { number, connection, at, what, spans: spansOf(raw, reader) };
  }

  #lineOf(connection: number): Line {
    const known = this.#lines.get(connection);
    if (known !== undefined) return known;
    const shared: Shared = { methods: [], isUpgraded: false };
    const line = { up: new HttpReader('up', shared, this.#inner), down: new HttpReader('down', shared, this.#inner) };
    this.#lines.set(connection, line);
    return line;
  }
}
