import { readFileSync } from 'node:fs';
import { newestResult } from '../bench/kept.js';
import { anatomy, type Subject, subjects } from '../demo/site/anatomy/subjects.js';
import type { SubjectTexts } from '../demo/site/texts/en/subjects.js';
import type { Texts } from '../demo/site/texts/en.js';
import { documentPage } from '../demo/site/words/document.js';
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
  const server = isRelative ? own.server : common.gateway;
  return {
    siblings: siblings(subject, texts),
    heading: `<h1>${escaped(own.name)}</h1>\n  <div><p>${escaped(own.lead)}</p>${facts(own, texts)}</div>`,
    hue: `data-subject="${subject}"`,
    diagram: diagram(
      acts,
      own.steps.map(({ label }) => escaped(label)),
      [escaped(common.browser), escaped(server)],
    ),
    steps: own.steps.map(({ text }, index) => `<li data-step="${index}">${escaped(text)}</li>`).join('\n      '),
    wire: `data-${isRelative ? 'sample' : 'transport'}="${subject}" data-server="${escaped(server)}"`,
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
    const own = texts.subjects[subject];
    const link = `<a href="${subject}.html">${escaped(own.name)}</a>`;
    return `<li data-subject="${subject}">${link}<p>${escaped(own.lead)}</p>${facts(own, texts)}</li>`;
  };
  const list = (all: readonly Subject[]) => all.map(item).join('\n    ');
  return {
    transports: list(subjects.filter((subject) => !RELATIVES.has(subject))),
    relatives: list(subjects.filter((subject) => RELATIVES.has(subject))),
  };
}

/** What it costs and what it fits, for who has to choose. */
function facts({ costs, fits }: SubjectTexts, { anatomy: common }: Texts): string {
  const row = (name: string, text: string) => `<div><dt>${escaped(name)}</dt><dd>${escaped(text)}</dd></div>`;
  return `<dl class="facts">${row(common.costs, costs)}${row(common.fits, fits)}</dl>`;
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
  return `<p class="further"><a href="{{root}}${documentPage(`transports/${subject}/README.md`)}">${escaped(common.document)}</a></p>`;
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
