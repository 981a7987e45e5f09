import { MAX_NAME_LENGTH } from '../transports/operation.js';
import { CODE, endOfString } from './scan.js';

/** Each character may be written as `\uXXXX`. */
const MOST_LENGTH = 6 * MAX_NAME_LENGTH + 2;

/**
 * The key of an operation that is too large to be parsed, so that the answer finds its question all the same; `undefined` where
 * it has none, or where the text holds anything else than one object.
 */
export function keyOf(text: string): string | undefined {
  let key: string | undefined;
  let depth = 0;
  /** What the last mark in the object itself was, and the last name. */
  let mark = 0;
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    switch (code) {
      case CODE.quote: {
        const begin = at;
        at = endOfString(text, begin);
        if (depth !== 1) break;
        if (mark !== CODE.colon) isKey = text.startsWith('"key"', begin);
        else if (isKey) key = parsed(text.slice(begin, at + 1));
        break;
      }
      case CODE.bracket:
      case CODE.brace:
        if (depth === 0 && code === CODE.bracket) return undefined;
        depth++;
        if (depth === 1) mark = code;
        break;
      case CODE.closingBracket:
      case CODE.closingBrace:
        depth--;
        if (depth === 0) return text.slice(at + 1).trim() === '' ? key : undefined;
        break;
      case CODE.colon:
      case CODE.comma:
        if (depth === 1) mark = code;
        break;
      default:
        break;
    }
  }
  return undefined;
}

function parsed(text: string): string | undefined {
  if (text.length > MOST_LENGTH) return undefined;
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}
