import { randomBytes } from 'node:crypto';
import type { Traffic } from '../contestant.js';
import { AnswerParser } from './answers.js';
import { Line } from './line.js';

/** What a WebSocket tells. */
export interface WebSocketEvents {
  open(): void;
  /** A part of a message; `isFirst` and `isLast` say which. */
  part(bytes: Buffer, isFirst: boolean, isLast: boolean): void;
  over(reason: string): void;
}

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const FINAL = 0x80;
const MASKED = 0x80;

/** The head of a frame from the server. */
interface FrameHead {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly length: number;
  /** Of the head itself. */
  readonly bytes: number;
}

/** The client's end of a WebSocket on a raw socket (RFC 6455), so that heads and masks are counted as well. */
export class WebSocketLine {
  readonly #line: Line;
  readonly #events: WebSocketEvents;
  #isOpen = false;
  #rest: Buffer | null = null;
  #frame: FrameHead | null = null;
  #left = 0;
  #startsMessage = true;

  constructor(
    site: { port: number; traffic: Traffic },
    target: string,
    headers: readonly string[],
    events: WebSocketEvents,
  ) {
    this.#events = events;
    const parser = new AnswerParser({
      head: ({ status }) => {
        if (status === 101) {
          this.#isOpen = true;
          events.open();
        } else {
          this.close();
          events.over(`the handshake was answered with ${status}`);
        }
      },
      body: (bytes) => this.#feed(bytes),
      end: () => undefined,
    });
    this.#line = new Line(site.port, site.traffic, {
      bytes: (piece) => (this.#isOpen ? this.#feed(piece) : parser.feed(piece)),
      over: (reason) => events.over(reason),
    });
    this.#line.request(target, [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...headers,
    ]);
  }

  send(payload: string | Buffer): void {
    const isText = typeof payload === 'string';
    this.#write(isText ? OPCODE.text : OPCODE.binary, isText ? Buffer.from(payload) : payload);
  }

  pause(): void {
    this.#line.pause();
  }

  resume(): void {
    this.#line.resume();
  }

  close(): void {
    this.#line.close();
  }

  #write(opcode: number, payload: Buffer): void {
    const { length } = payload;
    const mask = randomBytes(4);
    const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
    const frame = Buffer.alloc(2 + extended + 4 + length);
    frame[0] = FINAL | opcode;
    frame[1] = MASKED | (extended === 0 ? length : extended === 2 ? 126 : 127);
    if (extended === 2) frame.writeUInt16BE(length, 2);
    if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
    mask.copy(frame, 2 + extended);
    for (let at = 0; at < length; at++) frame[6 + extended + at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
    this.#line.write(frame);
  }

  #feed(piece: Buffer): void {
    const bytes = this.#rest === null ? piece : Buffer.concat([this.#rest, piece]);
    this.#rest = null;
    for (let at = 0; at < bytes.length || this.#frame !== null; ) {
      if (this.#frame === null) {
        const head = readHead(bytes, at);
        if (head === null || (head.opcode >= OPCODE.close && at + head.bytes + head.length > bytes.length)) {
          this.#rest = bytes.subarray(at);
          return;
        }
        at += head.bytes;
        this.#frame = head;
        this.#left = head.length;
      }
      const part = bytes.subarray(at, at + this.#left);
      at += part.length;
      this.#left -= part.length;
      const { opcode, isFinal, length } = this.#frame;
      const isEnd = this.#left === 0;
      if (isEnd) this.#frame = null;
      if (opcode === OPCODE.ping) this.#write(OPCODE.pong, part);
      else if (opcode < OPCODE.close && (part.length > 0 || length === 0)) {
        const isFirst = this.#startsMessage;
        this.#startsMessage = isFinal && isEnd;
        this.#events.part(part, isFirst, isFinal && isEnd);
      }
      if (!isEnd) return;
    }
  }
}

function readHead(bytes: Buffer, at: number): FrameHead | null {
  const first = bytes[at];
  const second = bytes[at + 1];
  if (first === undefined || second === undefined) return null;
  const short = second & 0x7f;
  const extended = short < 126 ? 0 : short === 126 ? 2 : 8;
  if (bytes.length < at + 2 + extended) return null;
  let length = short;
  if (extended === 2) length = bytes.readUInt16BE(at + 2);
  if (extended === 8) length = Number(bytes.readBigUInt64BE(at + 2));
  return { opcode: first & 0x0f, isFinal: (first & FINAL) !== 0, length, bytes: 2 + extended };
}
