/*
 * Every message ends with a stamp: its number on its channel, and the time at which it was meant to leave. It stands at the
 * end, so that whoever has read it has read the whole message. It is as short as the shortest message that is measured, is
 * found without parsing what is around it, and holds nothing that any of the wires has to escape.
 *
 *   ~ <6 digits of base 36: number> <8 digits of base 36: microseconds> ;
 */

/** The length of a stamp, and so of the shortest message. */
export const STAMP_BYTES = 16;

const NUMBER_DIGITS = 6;
const TIME_DIGITS = 8;
/** Times are told modulo this: 32 days. */
const TIME_SPAN = 36 ** TIME_DIGITS;
const OPEN = '~'.charCodeAt(0);
const CLOSE = ';'.charCodeAt(0);
const NOT_A_DIGIT = 255;

const DIGITS = new Uint8Array(256).fill(NOT_A_DIGIT);
for (let value = 0; value < 36; value++) DIGITS[value.toString(36).charCodeAt(0)] = value;

/** A message of so many bytes, with its stamp at the end. */
export function stamped(bytes: number, number: number, dueMicros: number): string {
  const digits = number.toString(36).padStart(NUMBER_DIGITS, '0');
  const time = (dueMicros % TIME_SPAN).toString(36).padStart(TIME_DIGITS, '0');
  return `${'x'.repeat(bytes - STAMP_BYTES)}~${digits}${time};`;
}

/** How late a message is that was due then, in microseconds. */
export function lateness(nowMicros: number, dueMicros: number): number {
  const late = (nowMicros % TIME_SPAN) - dueMicros;
  return late < -TIME_SPAN / 2 ? late + TIME_SPAN : late;
}

/** Finds the stamps in what one reader gets, whatever pieces it comes in. */
export class StampScanner {
  #rest: Buffer | null = null;

  /** @param bytes the length of a message: from one stamp to the next, so much need not be looked at */
  scan(piece: Buffer, bytes: number, found: (number: number, dueMicros: number) => void): void {
    const all = this.#rest === null ? piece : Buffer.concat([this.#rest, piece]);
    this.#rest = null;
    let at = all.indexOf(OPEN);
    while (at >= 0) {
      if (at + STAMP_BYTES > all.length) {
        this.#rest = Buffer.from(all.subarray(at));
        return;
      }
      let next = at + 1;
      if (all[at + STAMP_BYTES - 1] === CLOSE) {
        const number = digitsAt(all, at + 1, NUMBER_DIGITS);
        const time = digitsAt(all, at + 1 + NUMBER_DIGITS, TIME_DIGITS);
        if (number >= 0 && time >= 0) {
          found(number, time);
          next = at + bytes;
        }
      }
      at = next < all.length ? all.indexOf(OPEN, next) : -1;
    }
  }
}

function digitsAt(bytes: Buffer, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = DIGITS[bytes[at] ?? 0] ?? NOT_A_DIGIT;
    if (digit === NOT_A_DIGIT) return -1;
    value = value * 36 + digit;
  }
  return value;
}
