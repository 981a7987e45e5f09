import type { Direction } from '../words/capture.js';
import { bodyReader } from './bodies.js';
import { FrameReader } from './frame-reader.js';
import type { Kind, Mark, Reader } from './mark.js';

const LF = 0x0a;
const CR = 0x0d;

/** FIN with the opcodes of text, binary, close, ping and pong (RFC 6455, section 5.2). */
const FRAMES: ReadonlySet<number> = new Set([0x81, 0x82, 0x88, 0x89, 0x8a]);

/** By so much of it a beginning is told. */
const START_LENGTH = 16;
const REQUEST = /^[A-Z]{1,12}(?: \S*|$)/;
const RESPONSE = 'HTTP/1.';

/** What both directions of a connection know of each other. */
export interface Shared {
  /** The methods of requests that are not answered yet. */
  readonly methods: string[];
  isUpgraded: boolean;
}

type State = 'start' | 'lost' | 'line' | 'header' | 'length' | 'close' | 'size' | 'data' | 'end' | 'trailer' | 'frames';

/**
 * One direction of an HTTP/1.1 connection (RFC 9112): heads, bodies by their length, in chunks or up to the end, and WebSocket
 * frames after an upgrade. What comes before the first beginning of a message, because a capture began in the middle, is
 * unknown, and so is what a message that is none leaves behind.
 */
export class HttpReader implements Reader {
  readonly #isRequest: boolean;
  readonly #shared: Shared;
  readonly #inner: (() => Reader) | undefined;
  #frames: FrameReader;
  #state: State = 'start';
  #mark: Mark = { kind: 'unknown' };
  #line = '';
  #headers = new Map<string, string>();
  #startLine = '';
  #left = 0;
  #body: Reader = bodyReader('');
  /** Without its mask, of the byte that was taken last. */
  plain = 0;

  constructor(direction: Direction, shared: Shared, inner?: () => Reader) {
    this.#isRequest = direction === 'up';
    this.#shared = shared;
    this.#inner = inner;
    this.#frames = new FrameReader(inner);
  }

  take(byte: number): Mark {
    this.plain = byte;
    if (this.#isRequest && this.#state === 'start' && this.#shared.isUpgraded) this.#state = 'frames';
    switch (this.#state) {
      case 'start':
        this.#enter('line', this.#isRequest ? 'request-line' : 'status-line');
        return this.#takeLine(byte);
      case 'lost':
        return this.#mark;
      case 'line':
      case 'header':
      case 'trailer':
        return this.#takeLine(byte);
      case 'size':
      case 'end':
        return this.#takeChunk(byte);
      case 'length':
      case 'data':
        return this.#takeCounted(byte);
      case 'close':
        return this.#body.take(byte);
      case 'frames':
        return this.#takeFrames(byte);
      default:
        return this.#state satisfies never;
    }
  }

  /** What comes next does not follow what came before. */
  lose(): void {
    if (this.#state === 'frames') this.#frames = new FrameReader(this.#inner);
    else this.#enter('lost', 'unknown');
  }

  /** A piece begins with these bytes: who is lost, or has just come, finds the way where a message or a frame begins. */
  look(bytes: Uint8Array): void {
    if (this.#state !== 'lost' && this.#state !== 'start') return;
    // No head begins with such a byte. It is that of a whole message's frame, of each opcode that there is.
    if (FRAMES.has(bytes[0] ?? 0)) this.#enter('frames', 'unknown');
    if (this.#state !== 'lost') return;
    const text = String.fromCharCode(...bytes.subarray(0, START_LENGTH));
    if (text.length > RESPONSE.length && this.#mayBegin(text)) this.#enter('start', 'unknown');
  }

  #enter(state: State, kind: Kind): void {
    this.#state = state;
    this.#mark = { kind };
    this.#line = '';
  }

  #takeFrames(byte: number): Mark {
    const mark = this.#frames.take(byte);
    this.plain = this.#frames.plain;
    return mark;
  }

  #takeLine(byte: number): Mark {
    const mark = this.#mark;
    if (byte !== LF) {
      if (byte !== CR) this.#line += String.fromCharCode(byte);
      if (this.#state !== 'line' || this.#mayBegin(this.#line)) return mark;
      this.#enter('lost', 'unknown');
      return this.#mark;
    }
    const line = this.#line;
    if (this.#state === 'line') {
      this.#startLine = line;
      this.#headers = new Map();
      this.#enter('header', 'header');
    } else if (line !== '') {
      const colon = line.indexOf(':');
      this.#headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
      this.#enter(this.#state, this.#state === 'trailer' ? 'chunk' : 'header');
    } else if (this.#state === 'trailer') this.#enter('start', 'unknown');
    else this.#beginBody();
    return mark;
  }

  #mayBegin(line: string): boolean {
    return this.#isRequest ? REQUEST.test(line) : RESPONSE.startsWith(line.slice(0, RESPONSE.length));
  }

  #beginBody(): void {
    const [first = '', second = ''] = this.#startLine.split(' ');
    const { methods } = this.#shared;
    if (this.#isRequest) methods.push(first);
    const status = this.#isRequest ? 0 : Number(second);
    const isInterim = status >= 100 && status < 200;
    const method = this.#isRequest || isInterim ? '' : methods.shift();
    if (status === 101) {
      this.#shared.isUpgraded = true;
      return this.#enter('frames', 'unknown');
    }
    const isEmpty = isInterim || status === 204 || status === 304 || method === 'HEAD';
    const type = this.#headers.get('content-type') ?? '';
    // Those who speak a protocol of their own in a WebSocket speak it in plain text beside it.
    this.#body = bodyReader(type, this.#inner);
    const length = this.#headers.get('content-length');
    if (isEmpty) this.#enter('start', 'unknown');
    else if (/chunked$/i.test(this.#headers.get('transfer-encoding') ?? '')) this.#enter('size', 'chunk');
    else if (length !== undefined && /^\d{1,15}$/.test(length)) this.#count(Number(length), 'length');
    else this.#enter(this.#isRequest ? 'start' : 'close', 'unknown');
  }

  #count(length: number, state: 'length' | 'data'): void {
    this.#left = length;
    this.#enter(length > 0 ? state : state === 'data' ? 'trailer' : 'start', state === 'data' ? 'chunk' : 'unknown');
  }

  #takeCounted(byte: number): Mark {
    this.#left -= 1;
    if (this.#left === 0) this.#enter(this.#state === 'data' ? 'end' : 'start', 'chunk');
    return this.#body.take(byte);
  }

  /** The size of a chunk in its line, or the line break behind its data. */
  #takeChunk(byte: number): Mark {
    const mark = this.#mark;
    if (byte !== LF) {
      this.#line += String.fromCharCode(byte);
      return mark;
    }
    if (this.#state === 'end') {
      this.#enter('size', 'chunk');
      return mark;
    }
    const size = /^[0-9a-f]{1,8}(?=;|\r?$)/i.exec(this.#line)?.[0];
    if (size === undefined) this.#enter('lost', 'unknown');
    else this.#count(Number.parseInt(size, 16), 'data');
    return mark;
  }
}
