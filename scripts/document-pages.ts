import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { Marked } from 'marked';
import { documentsIn } from '../demo/documents.js';
import { documentPage } from '../demo/site/words/document.js';
import { htmlText } from './html-text.js';
import { fillPage, languages, navigation } from './site-pages.js';

const TITLE = /^# (.+)$/m;
const CONTENT = '<!-- document -->';

/** The documents of the package as pages of the site, each with the file that it is in. They are English only. */
export function documentPages(): ReadonlyMap<string, string> {
  const documents = documentsIn('.');
  return new Map(documents.map((document) => [documentPage(document), pageOf(document, documents)]));
}

function pageOf(document: string, documents: readonly string[]): string {
  const [english, other] = languages;
  const file = documentPage(document);
  const from = (target: string) => posix.relative(posix.dirname(file), target);
  const markdown = readFileSync(document, 'utf8');
  const title = titleOf(markdown);
  const main = `<div class="document"><nav aria-label="{{nav.docs}}"><ul>${documents
    .map((each) => {
      const mark = each === document ? ' aria-current="page"' : '';
      return `<li><a href="${from(documentPage(each))}"${mark}>${htmlText(titleOf(readFileSync(each, 'utf8')))}</a></li>`;
    })
    .join('')}</ul></nav><article id="document" tabindex="-1">${CONTENT}</article></div>`;
  const frame = readFileSync('demo/site/frame.html', 'utf8')
    .replace('<!-- navigation -->', () => navigation(file, english, null))
    .replace('<a href="{{root}}docs/">', '<a href="{{root}}docs/" aria-current="true">')
    // There is no such page in another language; the link in the masthead leads to that language's first page.
    .replace(/<link rel="alternate"[^>]*>\n/, '')
    .replace(' hreflang="{{other.tag}}"', '')
    .replace('<!-- main -->', () => main)
    .replace('<!-- templates -->\n', '');
  const filled = fillPage(frame, {
    ...english.texts,
    page: {
      title: `${title} · Pushgate`,
      description: `${title}: from the documentation of Pushgate.`,
      skip: { to: 'document', text: 'Skip to the document' },
      footer: `This is ${document} of the package.`,
    },
    root: `${from('.')}/`,
    home: `${from('.')}/`,
    script: from('plain.js'),
    other: { ...other.texts.language, address: `${from(other.folder)}/` },
  });
  // Last, as braces in a document are not placeholders.
  return filled.replace(CONTENT, () => html(markdown, document, new Set(documents)));
}

/** A document's Markdown as HTML. Its links lead to the pages of other documents; what is not in the site is named only. */
function html(markdown: string, document: string, documents: ReadonlySet<string>): string {
  const from = posix.dirname(documentPage(document));
  const ids = new Map<string, number>();
  const marked = new Marked({
    renderer: {
      heading: (text, level, raw) => `<h${level} id="${idOf(raw, ids)}">${text}</h${level}>\n`,
      code: (code) => `<pre><code>${htmlText(code)}</code></pre>\n`,
      // What is too wide is scrolled to, with the keyboard as well.
      table: (header, body) =>
        `<div class="scroll" tabindex="0"><table><thead>${header}</thead><tbody>${body}</tbody></table></div>\n`,
      link(href, _title, text) {
        if (/^(?:https?:|#)/.test(href)) return `<a href="${htmlText(href).replaceAll('"', '%22')}">${text}</a>`;
        const [path = '', fragment] = href.split('#');
        const target = posix.join(posix.dirname(document), path).replace(/\/$/, '/README.md');
        if (!documents.has(target)) return text;
        return `<a href="${posix.relative(from, documentPage(target))}${fragment === undefined ? '' : `#${fragment}`}">${text}</a>`;
      },
      image: () => '',
      // Marks for the tools that fill in tables.
      html: (text) => (text.startsWith('<!--') ? '' : htmlText(text)),
    },
  });
  return marked.parse(markdown, { async: false }) as string;
}

/** The fragment that leads to a heading, as those who write the documents know it from where their source is shown. */
function idOf(heading: string, ids: Map<string, number>): string {
  const id = heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
  const times = ids.get(id) ?? 0;
  ids.set(id, times + 1);
  return times === 0 ? id : `${id}-${times}`;
}

function titleOf(markdown: string): string {
  return (TITLE.exec(markdown)?.[1] ?? '').replaceAll('`', '');
}
