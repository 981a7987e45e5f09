import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { newestResult } from '../bench/kept.js';
import { subjects } from '../demo/site/anatomy/subjects.js';
import { dictionary as en, type Texts } from '../demo/site/texts/en.js';
import { dictionary as zh } from '../demo/site/texts/zh.js';
import { catalog } from '../transports/catalog.js';
import { anatomyBlocks, anatomyIndexBlocks } from './anatomy-blocks.js';
import { htmlText } from './html-text.js';
import { labSection } from './lab-section.js';
import { sourceView } from './source-view.js';

/** A language of the site, and the folder that its pages are in, seen from the top of the site. */
export interface Language {
  readonly folder: string;
  readonly texts: Texts;
}

export const languages: readonly [Language, Language] = [
  { folder: '', texts: en },
  { folder: 'zh', texts: zh },
];

type PageName = string & keyof Texts['pages'];
type FileIn<Folder extends string, Name> = Name extends `${Folder}/${infer File}` ? File : never;

/** A page of the site. */
export interface Page {
  /** Its address without `.html`, seen from the top of a language; in a folder, `index` is what is found at the folder's own address. */
  readonly name: PageName;
  /** What is this page's own, in `demo/site/pages`. */
  readonly html: string;
  /** Its script, in `demo/site`, without the suffix. */
  readonly script: string;
  /** HTML that the build makes, by the name of the comment that it takes the place of. */
  readonly blocks: (texts: Texts) => Readonly<Record<string, string>>;
  /** Its texts, for a part that is on several pages and calls them `own`. */
  readonly own: (texts: Texts) => object;
  /** The source files that the page shows, as they stand. */
  readonly sources: readonly string[];
}

/** The client of all small applications, whose transport the visitor changes. */
const SHARED_CLIENT = 'demo/site/uses/shared/changeable-client.ts';

/** All pages. Those at the top and the first ones of folders are in the navigation, in this order. */
export const pages: readonly Page[] = [
  page('index'),
  page('break'),
  page('anatomy/index', { script: 'plain', blocks: anatomyIndexBlocks }),
  ...subjects.map((name) =>
    page(`anatomy/${name}`, {
      html: 'anatomy/subject',
      script: 'anatomy',
      blocks: (texts) => anatomyBlocks(name, texts),
    }),
  ),
  page('uses/index', { script: 'plain' }),
  use('qr', ['demo/site/uses/qr.ts', 'demo/uses/sign-in.ts']),
  use('notifications', ['demo/site/uses/notifications.ts', 'demo/site/uses/inbox.ts', 'demo/uses/notifications.ts']),
  use('room', [
    'demo/site/uses/room.ts',
    'demo/site/uses/conversation.ts',
    'demo/site/uses/likes.ts',
    'demo/uses/room.ts',
    'demo/uses/presence.ts',
  ]),
  use('assistant', [
    'demo/site/uses/assistant.ts',
    'demo/site/uses/answer.ts',
    'demo/uses/assistant.ts',
    'demo/uses/library.ts',
  ]),
  use('whiteboard', [
    'demo/site/uses/whiteboard.ts',
    'demo/site/uses/drawing.ts',
    'demo/site/uses/pen.ts',
    'demo/site/uses/strokes.ts',
  ]),
  use('dashboard', ['demo/site/uses/dashboard.ts', 'demo/site/uses/record.ts', 'demo/machine.ts']),
  page('benchmark'),
  page('try'),
];

function page(name: PageName, { html = name, ...own }: Partial<Omit<Page, 'name'>> = {}): Page {
  return { name, script: name, blocks: () => ({}), own: () => ({}), sources: [], ...own, html: `${html}.html` };
}

/** The page of a small application, which shows what it is made of. */
function use(name: FileIn<'uses', PageName>, sources: readonly string[]): Page {
  return page(`uses/${name}`, { own: (texts) => texts.uses[name], sources: [...sources, SHARED_CLIENT] });
}

const PART = /<!-- include ([\w-]+) -->\n/g;
const TEMPLATES = /<template[\s\S]*<\/template>\n/;

/**
 * Makes a page in one language: the frame that all pages have, around what is this page's own, with the placeholders
 * filled. So a page is readable as it arrives, before any script has run, does not move when one does, and can be served
 * by any web server. Every address in it is relative, as the site may be in any folder.
 */
export function sitePage(page: Page, language: Language): string {
  const own = readFileSync(`demo/site/pages/${page.html}`, 'utf8').replace(PART, (_, part: string) =>
    readFileSync(`demo/site/pages/parts/${part}.html`, 'utf8').replace('<!-- transports -->', choices(language)),
  );
  const templates = TEMPLATES.exec(own)?.[0] ?? '';
  const blocks = page.blocks(language.texts);
  const file = fileOf(page, language);
  const from = (other: string) => posix.relative(posix.dirname(file), other) || '.';
  const html = readFileSync('demo/site/frame.html', 'utf8')
    .replace('<html lang="en"', `<html lang="${language.texts.language.tag}"`)
    .replace('<!-- navigation -->', () => navigation(file, language, page))
    .replace('<!-- main -->\n', () => own.replace(templates, ''))
    .replace('<!-- templates -->\n', () => templates)
    .replace(/<!-- block (\w+) -->/g, (_, name: string) => blocks[name] ?? missing(name));
  const other = languages[0] === language ? languages[1] : languages[0];
  const root = from('.') === '.' ? '' : `${from('.')}/`;
  const filled = fillPage(html, {
    ...language.texts,
    page: language.texts.pages[page.name],
    own: page.own(language.texts),
    root,
    home: linkTo(from(`${posix.join(language.folder, 'index')}.html`)),
    script: from(posix.join(language.folder, `${page.script}.js`)),
    other: { ...other.texts.language, address: linkTo(from(fileOf(page, other))) },
  });
  // Last, as braces in a source are not placeholders.
  return closedUp(filled)
    .replace('<!-- sources -->\n', () =>
      page.sources.map((file) => sourceView(file, language.texts.uses.sources.lines)).join(''),
    )
    .replace('<!-- lab -->\n', () => labSection(newestResult(), language.texts, root));
}

/** Chinese has no space between two sentences; a template has, as other languages do. */
function closedUp(html: string): string {
  return html.replace(/([。！？]) ((?:<[^>]+>)?\p{Script=Han})/gu, '$1$2');
}

/** A button for each transport, so that they are there before a script is. */
function choices({ texts }: Language): string {
  return catalog
    .map((name) => {
      const text = texts.transports[name]?.name ?? name;
      return `<button type="button" data-transport="${name}" aria-pressed="false">${text}</button>`;
    })
    .join('\n    ');
}

/** Links from a file to the pages at the top and to the first ones of folders; `current` is the page that the file is. */
export function navigation(file: string, language: Language, current: Page | null): string {
  return pages
    .filter(({ name }) => name === inNavigation(name))
    .map((page) => {
      const address = linkTo(posix.relative(posix.dirname(file), fileOf(page, language)));
      const isHere = current !== null && page.name === inNavigation(current.name);
      const mark = isHere ? ` aria-current="${page === current ? 'page' : 'true'}"` : '';
      return `<a href="${address}"${mark}>${language.texts.pages[page.name].name}</a>`;
    })
    .join('\n      ');
}

/** The page that stands for another one in the navigation: that one itself, or the first one of its folder. */
function inNavigation(name: string): string {
  return name.includes('/') ? posix.join(posix.dirname(name), 'index') : name;
}

/** Where a page is, seen from the top of the site. */
export function fileOf({ name }: Page, { folder }: Language): string {
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
    // It may stand in an attribute.
    return htmlText(lookUp(path, values)).replaceAll('"', '&quot;');
  });
}

function missing(name: string): never {
  throw new Error(`The page asks for a block "${name}", and nothing makes it.`);
}

function lookUp(path: string, values: object): string {
  let value: unknown = values;
  for (const name of path.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }
  if (typeof value === 'string') return value;
  throw new Error(`The page asks for a text "${path}", and there is none.`);
}
