import { PlainReader } from './bodies.js';
import type { FrameHeader, Mark, Reader } from './mark.js';

const CONTROL = 8;
const CONTINUATION = 0;

/** WebSocket frames (RFC 6455, section 5.2), with what `inner` makes of the payload of messages. */
export class FrameReader implements Reader {
  readonly #inner: () => Reader;
  #at: 'header' | 'length' | 'mask' | 'payload' = 'header';
  #header: FrameHeader | null = null;
  #mark: Mark = { kind: 'frame' };
  /** Bytes of the length or the mask that are still to come, or of the payload. */
  #left = 0;
  #length = 0;
  #mask: number[] = [];
  #taken = 0;
  #payload: Reader = new PlainReader('payload');
  #isCompressed = false;
  plain = 0;

  constructor(inner: () => Reader = () => new PlainReader('payload')) {
    this.#inner = inner;
  }

  take(byte: number): Mark {
    this.plain = byte;
    switch (this.#at) {
      case 'header':
        return this.#takeHeader(byte);
      case 'length':
        this.#length = this.#length * 256 + byte;
        this.#left -= 1;
        return this.#left === 0 ? this.#knowLength(this.#length) : this.#mark;
      case 'mask':
        this.#mask.push(byte);
        return this.#mask.length === 4 ? this.#begin(this.#mark) : this.#mark;
      case 'payload':
        return this.#takePayload(byte);
      default:
        return this.#at satisfies never;
    }
  }

  #takeHeader(byte: number): Mark {
    const header = this.#header;
    if (header === null) {
      this.#header = {
        fin: (byte & 0x80) !== 0,
        rsv1: (byte & 0x40) !== 0,
        rsv2: (byte & 0x20) !== 0,
        rsv3: (byte & 0x10) !== 0,
        opcode: byte & 0x0f,
        isMasked: false,
        shortLength: 0,
        length: null,
      };
      this.#mark = { kind: 'frame', header: this.#header };
      return this.#mark;
    }
    header.isMasked = (byte & 0x80) !== 0;
    header.shortLength = byte & 0x7f;
    if (header.shortLength < 126) return this.#knowLength(header.shortLength);
    this.#at = 'length';
    this.#left = header.shortLength === 126 ? 2 : 8;
    this.#length = 0;
    return this.#mark;
  }

  #knowLength(length: number): Mark {
    const mark = this.#mark;
    const header = this.#header;
    this.#length = length;
    this.#mask = [];
    this.#taken = 0;
    if (header !== null) header.length = length;
    if (header?.isMasked !== true) return this.#begin(mark);
    this.#at = 'mask';
    this.#mark = { kind: 'mask' };
    return mark;
  }

  /** The header is complete; returns the mark of its last byte. */
  #begin(mark: Mark): Mark {
    const header = this.#header;
    this.#header = null;
    this.#left = this.#length;
    this.#at = this.#length === 0 ? 'header' : 'payload';
    if (header === null) return mark;
    // A control frame may come in the middle of a message, and a further frame goes on with one.
    if (header.opcode >= CONTROL) this.#payload = new PlainReader('payload');
    else if (header.opcode !== CONTINUATION) {
      this.#isCompressed = header.rsv1;
      this.#payload = this.#inner();
    } else this.#payload = new PlainReader('payload');
    if (header.opcode < CONTROL && this.#isCompressed) {
      const compressed: Mark = { kind: 'payload', isCompressed: true };
      this.#payload = { take: () => compressed };
    }
    return mark;
  }

  #takePayload(byte: number): Mark {
    this.plain = byte ^ (this.#mask[this.#taken % 4] ?? 0);
    this.#taken += 1;
    this.#left -= 1;
    if (this.#left === 0) this.#at = 'header';
    return this.#payload.take(this.plain);
  }
}
