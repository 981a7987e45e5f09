import { readFileSync } from 'node:fs';
import { newestResult } from '../bench/kept.js';
import { anatomy, type Subject, subjects } from '../demo/site/anatomy/subjects.js';
import type { Texts } from '../demo/site/texts/en.js';
import { diagram } from './diagram.js';
import { htmlText } from './html-text.js';
import { labTable } from './lab-table.js';

/** Live ones are in the catalog; of the others the page shows bytes that were captured once. */
const RELATIVES: ReadonlySet<string> = new Set<Subject>(['mqtt', 'socket-io']);

/** What the build makes of a page on one subject. */
export function anatomyBlocks(subject: Subject, texts: Texts): Readonly<Record<string, string>> {
  const { acts, kinds } = anatomy[subject];
  const own = texts.subjects[subject];
  const { anatomy: common } = texts;
  const isRelative = RELATIVES.has(subject);
  return {
    siblings: siblings(subject, texts),
    heading: `<h1>${escaped(own.name)}</h1>\n  <p>${escaped(own.lead)}</p>`,
    hue: `data-subject="${subject}"`,
    diagram: diagram(
      acts,
      own.steps.map(({ label }) => escaped(label)),
      [escaped(common.browser), escaped(isRelative ? own.server : common.gateway)],
    ),
    steps: own.steps.map(({ text }, index) => `<li data-step="${index}">${escaped(text)}</li>`).join('\n      '),
    wire: isRelative ? `data-sample="${subject}"` : `data-transport="${subject}"`,
    wireheading: `<h2 id="wire-heading">${escaped(isRelative ? common.wire.sampleHeading : common.wire.heading)}</h2>`,
    wiretext: escaped(isRelative ? own.wire : common.wire.text),
    controls: isRelative ? '' : controls(texts),
    legend: kinds
      .map((kind) => {
        const { name, meaning } = texts.wire.kinds[kind];
        return `<li data-kind="${kind}"><span class="kind">${escaped(name)}</span> ${escaped(meaning)}</li>`;
      })
      .join('\n    '),
    server: code(readFileSync(`demo/snippets/${subject}/server.ts`, 'utf8')),
    client: code(readFileSync(`demo/snippets/${subject}/client.ts`, 'utf8')),
    note: escaped(own.note),
    history: paragraphs(own.history),
    quirks: items(own.quirks),
    use: items(own.use),
    avoid: items(own.avoid),
    standard: items(own.standard),
    lab: isRelative ? relatives(subject, texts) : document(subject, texts),
  };
}

/** The list of all subjects, for the first page. */
export function anatomyIndexBlocks(texts: Texts): Readonly<Record<string, string>> {
  const item = (subject: Subject) => {
    const { name, lead } = texts.subjects[subject];
    return `<li data-subject="${subject}"><a href="${subject}.html">${escaped(name)}</a><p>${escaped(lead)}</p></li>`;
  };
  const list = (all: readonly Subject[]) => all.map(item).join('\n    ');
  return {
    transports: list(subjects.filter((subject) => !RELATIVES.has(subject))),
    relatives: list(subjects.filter((subject) => RELATIVES.has(subject))),
  };
}

function siblings(current: Subject, texts: Texts): string {
  return subjects
    .map((subject) => {
      const mark = subject === current ? ' aria-current="page"' : '';
      return `<a href="${subject}.html" data-subject="${subject}"${mark}>${escaped(texts.subjects[subject].name)}</a>`;
    })
    .join('\n  ');
}

function controls({ anatomy: { wire } }: Texts): string {
  return `<button type="button" data-part="publish">${escaped(wire.publish)}</button>
    <button type="button" data-part="send">${escaped(wire.send)}</button>
    <button type="button" data-part="pause" aria-pressed="false">${escaped(wire.pause)}</button>`;
}

function relatives(subject: Subject, texts: Texts): string {
  const { anatomy: common, subjects: all } = texts;
  const { adds, compare } = all[subject];
  const table = labTable(newestResult(), subject, texts) ?? `<p>${escaped(common.noLab)}</p>`;
  return `<section class="prose" aria-labelledby="adds-heading">
  <h2 id="adds-heading">${escaped(common.adds)}</h2>
  ${items(adds)}
</section>

<section class="prose" aria-labelledby="compare-heading">
  <h2 id="compare-heading">${escaped(common.compare)}</h2>
  ${items(compare)}
  ${table}
</section>`;
}

function document(subject: Subject, { anatomy: common }: Texts): string {
  return `<p class="further"><a href="{{root}}docs/transports/${subject}/README.md">${escaped(common.document)}</a></p>`;
}

function items(texts: readonly string[]): string {
  return `<ul>${texts.map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>`;
}

function paragraphs(texts: readonly string[]): string {
  return texts.map((text) => `<p>${escaped(text)}</p>`).join('\n    ');
}

/** A source, with its comments set apart. */
function code(source: string): string {
  return escaped(source.trimEnd()).replace(/(^|\s)(\/\/ .*|\/\*\* .* \*\/)$/gm, '$1<span class="comment">$2</span>');
}

/** A text of a block, in which braces are no placeholder. */
function escaped(text: string): string {
  return htmlText(text).replaceAll('{{', '&#123;{');
}
