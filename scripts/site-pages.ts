import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { dictionary as en, type Texts } from '../demo/site/texts/en.js';
import { dictionary as zh } from '../demo/site/texts/zh.js';

/** A language of the site, and the folder that its pages are in, seen from the top of the site. */
export interface Language {
  readonly folder: string;
  readonly texts: Texts;
}

export const languages: readonly [Language, Language] = [
  { folder: '', texts: en },
  { folder: 'zh', texts: zh },
];

/** The pages by name: `<name>.html` of each language, with a script `<name>.js`, from `demo/site/pages/<name>.html`. */
export const pageNames = Object.keys(en.pages).filter(isPageName);
type PageName = keyof Texts['pages'];

function isPageName(name: string): name is PageName {
  return Object.hasOwn(en.pages, name);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' };
const TEMPLATES = /<template[\s\S]*<\/template>\n/;

/**
 * Makes a page in one language: the frame that all pages have, around what is this page's own, with the placeholders
 * filled. So a page is readable as it arrives, before any script has run, does not move when one does, and can be served
 * by any web server. Every address in it is relative, as the site may be in any folder.
 */
export function sitePage(name: PageName, language: Language): string {
  const own = readFileSync(`demo/site/pages/${name}.html`, 'utf8');
  const templates = TEMPLATES.exec(own)?.[0] ?? '';
  const html = readFileSync('demo/site/frame.html', 'utf8')
    .replace('<html lang="en"', `<html lang="${language.texts.language.tag}"`)
    .replace('<!-- main -->\n', () => own.replace(templates, ''))
    .replace('<!-- templates -->\n', () => templates);
  const address = fileOf(name, language);
  const from = (file: string) => posix.relative(posix.dirname(address), file) || '.';
  const other = languages[0] === language ? languages[1] : languages[0];
  return fillPage(html, {
    ...language.texts,
    page: language.texts.pages[name],
    root: from('.') === '.' ? '' : `${from('.')}/`,
    home: linkTo(from(fileOf('index', language))),
    script: `${name}.js`,
    other: { ...other.texts.language, address: linkTo(from(fileOf(name, other))) },
  });
}

/** Where a page is, seen from the top of the site. */
export function fileOf(name: PageName, { folder }: Language): string {
  return posix.join(folder, `${name}.html`);
}

/** A folder's first page is at the folder's own address. */
function linkTo(file: string): string {
  return file.replace(/(^|\/)index\.html$/, '$1') || './';
}

/**
 * Fills the placeholders of a page, such as `{{idea.heading}}`, with what is there under that path.
 *
 * @throws Error for a placeholder that nothing is known about
 */
export function fillPage(html: string, values: object): string {
  return html.replace(/\{\{([\w.-]+)\}\}/g, (_, path: string) => {
    const text = lookUp(path, values);
    return text.replace(/[&<"]/g, (character) => ESCAPES[character] ?? character);
  });
}

function lookUp(path: string, values: object): string {
  let value: unknown = values;
  for (const name of path.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }
  if (typeof value === 'string') return value;
  throw new Error(`The page asks for a text "${path}", and there is none.`);
}
