/** The head of an answer: its status line, and its fields by their names in small letters. */
export interface Head {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** What becomes of an answer: its head, its body in pieces, and its end. */
export interface AnswerEvents {
  head(head: Head): void;
  body(piece: Buffer): void;
  end(): void;
}

type State =
  | { readonly at: 'head' }
  | { readonly at: 'body'; left: number }
  | { readonly at: 'chunk-size' }
  | { readonly at: 'chunk'; left: number }
  | { readonly at: 'chunk-end' }
  | { readonly at: 'trailer' }
  | { readonly at: 'rest' };

const NOTHING = Buffer.alloc(0);
const HEAD_END = '\r\n\r\n';

/** Reads answers of HTTP/1.1 off a socket, one after the other (RFC 9112). */
export class AnswerParser {
  readonly #events: AnswerEvents;
  #rest: Buffer = NOTHING;
  #state: State = { at: 'head' };

  constructor(events: AnswerEvents) {
    this.#events = events;
  }

  feed(piece: Buffer): void {
    let bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    this.#rest = NOTHING;
    while (bytes.length > 0) {
      const left = this.#step(bytes);
      if (left === null) {
        this.#rest = bytes;
        return;
      }
      bytes = left;
    }
  }

  /** What is left after the next element, or `null` when that is not complete. */
  #step(bytes: Buffer): Buffer | null {
    const state = this.#state;
    switch (state.at) {
      case 'head': {
        const end = bytes.indexOf(HEAD_END);
        if (end < 0) return null;
        this.#state = this.#begin(bytes.toString('latin1', 0, end));
        return bytes.subarray(end + HEAD_END.length);
      }
      case 'body':
      case 'chunk': {
        const part = bytes.subarray(0, state.left);
        state.left -= part.length;
        this.#events.body(part);
        if (state.left === 0 && state.at === 'chunk') this.#state = { at: 'chunk-end' };
        if (state.left === 0 && state.at === 'body') this.#finish();
        return bytes.subarray(part.length);
      }
      case 'rest':
        this.#events.body(bytes);
        return NOTHING;
      default: {
        const end = bytes.indexOf('\r\n');
        if (end < 0) return null;
        const line = bytes.toString('latin1', 0, end);
        if (state.at === 'chunk-end') this.#state = { at: 'chunk-size' };
        else if (state.at === 'trailer') {
          if (line === '') this.#finish();
        } else {
          const left = Number.parseInt(line, 16);
          this.#state = left === 0 ? { at: 'trailer' } : { at: 'chunk', left };
        }
        return bytes.subarray(end + 2);
      }
    }
  }

  #begin(text: string): State {
    const [first = '', ...lines] = text.split('\r\n');
    const fields = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    const status = Number(first.split(' ')[1]);
    this.#events.head({ status, fields });
    if (status === 101) return { at: 'rest' };
    if (fields.get('transfer-encoding') === 'chunked') return { at: 'chunk-size' };
    const left = Number(fields.get('content-length') ?? (status === 204 || status === 304 ? 0 : Number.NaN));
    if (Number.isNaN(left)) return { at: 'rest' };
    if (left > 0) return { at: 'body', left };
    this.#finish();
    return this.#state;
  }

  #finish(): void {
    this.#state = { at: 'head' };
    this.#events.end();
  }
}
