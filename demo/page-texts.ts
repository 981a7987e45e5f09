import { en } from './site/texts/en.js';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' };

/**
 * Fills the placeholders of a page, such as `{{idea.heading}}`, from the dictionary and from `values`, which goes first.
 * So the page is readable as it arrives, before any script has run, and does not move when one does.
 *
 * @throws Error for a placeholder that nothing is known about
 */
export function fillPage(html: string, values: Readonly<Record<string, string>>): string {
  return html.replace(/\{\{([\w.-]+)\}\}/g, (_, path: string) => {
    const text = values[path] ?? lookUp(path);
    return text.replace(/[&<"]/g, (character) => ESCAPES[character] ?? character);
  });
}

function lookUp(path: string): string {
  let value: unknown = en;
  for (const name of path.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }
  if (typeof value === 'string') return value;
  throw new Error(`The page asks for a text "${path}", and the dictionary has none.`);
}
