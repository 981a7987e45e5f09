import type { Kind, Mark, Reader } from './mark.js';

const LF = 0x0a;
const COLON = ':'.charCodeAt(0);
const QUOTE = "'".charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const RECORD_BEGINS = "<script>push('";
const DASH = '-'.charCodeAt(0);

/**
 * The reader of a body, by its media type. `inner` makes one for the packets of another protocol, which are plain text; what
 * else it answers, such as an "ok" that calls itself HTML, has nothing of ours in it.
 */
export function bodyReader(type: string, inner?: () => Reader): Reader {
  if (inner !== undefined) return type.startsWith('text/plain') ? inner() : new PlainReader('payload');
  if (type.startsWith('text/event-stream')) return new EventStreamReader();
  if (type.startsWith('text/html')) return new ScriptReader();
  return new PlainReader('payload');
}

/** Takes everything for one thing. */
export class PlainReader implements Reader {
  readonly #mark: Mark;

  constructor(kind: Kind) {
    this.#mark = { kind };
  }

  take(): Mark {
    return this.#mark;
  }
}

/**
 * Server-sent events (WHATWG HTML, section 9.2): a line is a field's name, a colon and a value; an empty line ends an event.
 * A comment is a field without a name. Lines end with LF here, or with CR and LF, as servers write them.
 */
class EventStreamReader implements Reader {
  #mark: Mark = { kind: 'field' };
  #at: 'begin' | 'name' | 'value' = 'begin';

  take(byte: number): Mark {
    if (this.#at === 'begin') this.#mark = { kind: 'field' };
    if (byte === LF) {
      // The end of a value belongs to it, and an empty line stands for itself.
      this.#at = 'begin';
      return this.#mark;
    }
    if (this.#at === 'begin') this.#at = 'name';
    const mark = this.#mark;
    if (this.#at === 'name' && byte === COLON) {
      this.#at = 'value';
      this.#mark = { kind: 'payload' };
    }
    return mark;
  }
}

/**
 * An HTML document that streams: scripts, each with one record in a string, `<script>push('…')</script>`. Everything around
 * the records is of the script, and a comment is padding.
 */
class ScriptReader implements Reader {
  #mark: Mark = { kind: 'script' };
  /** The last bytes, as text. */
  #tail = '';
  #isEscaped = false;

  take(byte: number): Mark {
    const mark = this.#mark;
    if (mark.kind === 'payload') return this.#inString(byte, mark);
    this.#tail = (this.#tail + String.fromCharCode(byte)).slice(-RECORD_BEGINS.length);
    if (mark.kind === 'padding') {
      if (this.#tail.endsWith('-->')) this.#mark = { kind: 'script' };
    } else if (this.#tail.endsWith('<!--') && byte === DASH) this.#mark = { kind: 'padding' };
    else if (this.#tail === RECORD_BEGINS) this.#mark = { kind: 'payload' };
    else if (byte === LF) this.#mark = { kind: 'script' };
    return mark;
  }

  #inString(byte: number, mark: Mark): Mark {
    if (!this.#isEscaped && byte === QUOTE) {
      this.#mark = { kind: 'script' };
      this.#tail = '';
      return this.#mark;
    }
    this.#isEscaped = !this.#isEscaped && byte === BACKSLASH;
    return mark;
  }
}
