/** Opcodes from here on are those of control frames, which may come in the middle of a message (RFC 6455, section 5.4). */
const CONTROL = 8;
const NOTHING = Buffer.alloc(0);

/** What has come of a message whose end has not, or of a frame. */
export interface Unfinished {
  /** When it began. */
  readonly since: number;
  /** Bytes of a payload that are still to come. */
  readonly left: number;
  /** Whether a further frame of the message has to come behind those. */
  readonly isOpen: boolean;
  /** The header of a frame, as far as it is there. */
  readonly header: Buffer;
}

/**
 * What is unfinished when further bytes of a peer have come; `null` at rest, and so nothing is kept of most connections.
 * Looks at nothing but lengths (RFC 6455, section 5.2): whether a frame is allowed is for `ws` to say, which says nothing of
 * a message before all of it is there.
 */
export function unfinishedBehind(before: Unfinished | null, chunk: Buffer, now: number): Unfinished | null {
  const headerLength = before?.header.length ?? 0;
  const bytes = before === null || headerLength === 0 ? chunk : Buffer.concat([before.header, chunk]);
  let { since, isOpen } = before ?? { since: now, isOpen: false };
  for (let at = before?.left ?? 0; ; ) {
    if (at > bytes.length) return { since, left: at - bytes.length, isOpen, header: NOTHING };
    // What had begun is over, unless all that has come of it yet is a header.
    if (!isOpen && at >= headerLength) since = now;
    if (at === bytes.length) return isOpen ? { since, left: 0, isOpen, header: NOTHING } : null;
    const first = bytes[at] as number;
    const size = headerSize(bytes[at + 1] ?? 0);
    // A copy: the chunk that it lies in may be large.
    if (at + size > bytes.length) return { since, left: 0, isOpen, header: Buffer.from(bytes.subarray(at)) };
    if ((first & 0x0f) < CONTROL) isOpen = (first & 0x80) === 0;
    at += size + payloadLength(bytes, at + 1);
  }
}

/** From the byte with the mask's bit and the length. */
function headerSize(second: number): number {
  const length = second & 0x7f;
  return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + (second & 0x80 ? 4 : 0);
}

function payloadLength(bytes: Buffer, at: number): number {
  const length = (bytes[at] as number) & 0x7f;
  if (length === 126) return bytes.readUInt16BE(at + 1);
  if (length === 127) return bytes.readUInt32BE(at + 1) * 2 ** 32 + bytes.readUInt32BE(at + 5);
  return length;
}
