import type { Json } from '../../../client/index.js';
import { fieldsOf } from '../words/fields.js';

/** The longest chat line that the page sends and shows, in characters. */
export const CHAT_LENGTH = 200;

/** The longest name, in characters. */
export const NAME_LENGTH = 24;

/** Something to be seen; spaces and control characters are not. */
const VISIBLE = /[^\p{C}\p{Z}\s]/u;

/** A chat line as a lane shows it; `null` where there is nothing to be seen. */
export interface ChatLine {
  readonly from: string | null;
  readonly text: string | null;
}

/** Makes a line of whatever was published: `{ from, text }`, `{ text }`, a plain text, or any JSON there is. */
export function readChatLine(data: Json): ChatLine {
  const { from, text } = fieldsOf(data);
  if (typeof text === 'string') {
    return { from: typeof from === 'string' ? visible(from, NAME_LENGTH) : null, text: visible(text, CHAT_LENGTH) };
  }
  return { from: null, text: visible(typeof data === 'string' ? data : JSON.stringify(data), CHAT_LENGTH) };
}

function visible(text: string, length: number): string | null {
  const short = cut(text, length);
  return VISIBLE.test(short) ? short : null;
}

function cut(text: string, length: number): string {
  const characters = Array.from(text.slice(0, 4 * length));
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}
