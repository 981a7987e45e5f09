import { PushError } from '../transports/error.js';

/**
 * Arrays and objects in one text. It is these that cost, and not how deep they lie: parsing two million of them, as 4 MiB
 * can hold, stops everything else for half a second to two, and this many for 50 ms or less. Rows of a table come to
 * a hundredth of the bytes they take.
 */
const MOST_PARTS = 131_072;

/** The characters that JSON is made of. */
export const CODE = {
  lineFeed: 10,
  space: 32,
  quote: 34,
  comma: 44,
  colon: 58,
  bracket: 91,
  backslash: 92,
  closingBracket: 93,
  brace: 123,
  closingBrace: 125,
} as const;

/**
 * Looks once through a text before anything is made of it: JSON, or lines of it, of which the parser says later whether
 * they are well written. Up to the first fault both read the same, and behind it the parser does not go.
 *
 * @throws PushError `TOO_LARGE` for too many parts, `OPERATION_INVALID` for too many operations
 */
export function scan(text: string, mostOperations = Number.POSITIVE_INFINITY): void {
  // Each takes a character at least, so that what is ordinary is not looked at.
  if (text.length <= MOST_PARTS) return;
  let parts = 0;
  let operations = 0;
  let depth = 0;
  let isList = false;
  let isBlank = true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isBlank && code > CODE.space) {
      isBlank = false;
      operations++;
    }
    switch (code) {
      case CODE.quote:
        at = endOfString(text, at);
        break;
      case CODE.bracket:
      case CODE.brace:
        if (depth === 0) isList = code === CODE.bracket;
        depth++;
        parts++;
        break;
      case CODE.closingBracket:
      case CODE.closingBrace:
        depth--;
        break;
      case CODE.comma:
        if (depth === 1 && isList) operations++;
        break;
      case CODE.lineFeed:
        isBlank = depth === 0;
        break;
      default:
        break;
    }
    if (parts > MOST_PARTS) throw tooManyParts();
    if (operations > mostOperations) throw tooManyOperations(mostOperations);
  }
}

/** What is refused beyond a limit of operations in one POST or frame. */
export function tooManyOperations(most: number): PushError {
  const message = `More than ${most} operations at once: send them in several requests.`;
  return new PushError('OPERATION_INVALID', message);
}

function tooManyParts(): PushError {
  return new PushError(
    'TOO_LARGE',
    `More than ${MOST_PARTS} arrays and objects at once: send them in several requests.`,
  );
}

/** Where a string ends that begins here: at the next quotation mark behind an even number of backslashes. */
export function endOfString(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === CODE.backslash) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return text.length;
}
