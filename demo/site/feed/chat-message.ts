import type { Json } from '../../../client/index.js';

/** The longest chat line that the page sends and shows, in characters. */
export const CHAT_LENGTH = 200;

/** The longest name, in characters. */
export const NAME_LENGTH = 24;

/** A chat line as a lane shows it. */
export interface ChatLine {
  readonly from: string | null;
  readonly text: string;
}

/** Makes a line of whatever was published: `{ from, text }`, `{ text }`, a plain text, or any JSON there is. */
export function readChatLine(data: Json): ChatLine {
  const { from, text }: Partial<Record<string, unknown>> = typeof data === 'object' && data !== null ? { ...data } : {};
  if (typeof text === 'string') {
    return { from: typeof from === 'string' ? cut(from, NAME_LENGTH) : null, text: cut(text, CHAT_LENGTH) };
  }
  return { from: null, text: cut(typeof data === 'string' ? data : JSON.stringify(data), CHAT_LENGTH) };
}

function cut(text: string, length: number): string {
  const characters = Array.from(text.slice(0, 4 * length));
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}
