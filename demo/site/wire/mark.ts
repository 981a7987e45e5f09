import type { Direction } from '../words/capture.js';

/** What a byte means. */
export type Kind =
  | 'request-line'
  | 'status-line'
  | 'header'
  | 'chunk'
  | 'field'
  | 'script'
  | 'padding'
  | 'frame'
  | 'mask'
  | 'packet'
  | 'topic'
  | 'payload'
  | 'unknown';

/** The header of a WebSocket frame (RFC 6455, section 5.2), as far as it has been read. */
export interface FrameHeader {
  readonly fin: boolean;
  /** The compression of the message, where the handshake agreed to it (RFC 7692). */
  readonly rsv1: boolean;
  readonly rsv2: boolean;
  readonly rsv3: boolean;
  readonly opcode: number;
  isMasked: boolean;
  /** The seven bits in the second byte: the length, or 126 or 127 for one that follows in 2 or 8 bytes. */
  shortLength: number;
  /** `null` until all of it has been read. */
  length: number | null;
}

/** Bytes that belong together: one header line, one size of a chunk, one payload. Two marks are never the same. */
export interface Mark {
  readonly kind: Kind;
  /** Of a frame's header only. */
  readonly header?: FrameHeader;
  /** Of a payload: whether it is compressed, and so no text. */
  readonly isCompressed?: boolean;
}

/** Tells the meaning of bytes one by one, in whatever pieces they come. */
export interface Reader {
  /** The mark of the next byte. */
  take(byte: number): Mark;
  /** The byte as it was before it was masked, of the byte that was taken last. Absent where nothing is masked. */
  readonly plain?: number;
}

/** Part of a piece whose bytes have one mark. */
export interface Span {
  readonly mark: Mark;
  readonly bytes: Uint8Array;
  /** The same bytes without the mask. */
  readonly plain: Uint8Array;
}

/** A piece of a capture, read. */
export interface ReadPiece {
  readonly number: number;
  readonly connection: number;
  readonly at: number;
  readonly what: Direction | 'close';
  readonly spans: readonly Span[];
}

/** Reads a piece with a reader that has read what came before it. */
export function spansOf(bytes: Uint8Array, reader: Reader): Span[] {
  const spans: Span[] = [];
  const plain = new Uint8Array(bytes.length);
  let mark: Mark | null = null;
  let from = 0;
  bytes.forEach((byte, at) => {
    const next = reader.take(byte);
    plain[at] = reader.plain ?? byte;
    if (mark !== null && next !== mark) {
      spans.push({ mark, bytes: bytes.subarray(from, at), plain: plain.subarray(from, at) });
      from = at;
    }
    mark = next;
  });
  if (mark !== null) spans.push({ mark, bytes: bytes.subarray(from), plain: plain.subarray(from) });
  return spans;
}
