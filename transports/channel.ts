/** The longest channel name, in bytes of UTF-8. */
export const MAX_CHANNEL_BYTES = 200;

/** Channels whose name begins so belong to the gateway itself; clients can neither read nor write them. */
export const RESERVED_PREFIX = '$';

// Control characters would end a header or an SSE field, and the line separators end a line in a script.
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Says what is wrong with a channel name, or `null` when it is a good one: 1 to 200 bytes of UTF-8 without control
 * characters, not beginning with `$`. Any other text is a plain name, `__proto__` and `2024/news` included.
 */
export function channelFault(name: unknown): string | null {
  if (typeof name !== 'string') return 'A channel name is a string.';
  if (name === '') return 'A channel name has at least one character.';
  if (name.length > MAX_CHANNEL_BYTES || utf8Length(name) > MAX_CHANNEL_BYTES) {
    return `A channel name has at most ${MAX_CHANNEL_BYTES} bytes of UTF-8.`;
  }
  if (FORBIDDEN.test(name)) return 'A channel name has no control characters or line separators.';
  if (!isWellFormed(name)) return 'A channel name is well-formed Unicode; this one has half a surrogate pair.';
  if (name.startsWith(RESERVED_PREFIX)) {
    return `Channel names that begin with "${RESERVED_PREFIX}" are the gateway's own; choose another one.`;
  }
  return null;
}

/** Whether a text has no half of a surrogate pair: in UTF-8 all of these would be the same. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** Bytes that a text takes in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // A surrogate pair is two units and four bytes, so each half adds one; every other unit past U+07FF adds two.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
