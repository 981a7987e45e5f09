import type { LabResult } from '../bench/result.js';
import { markdownTables } from '../bench/tables.js';
import type { Texts } from '../demo/site/texts/en.js';
import { htmlText } from './html-text.js';

/** Where the report lies, seen from the top of the site. */
export const REPORT = 'lab/report.html';

/** The command that makes what this section shows. */
const COMMAND = `npm run bench -- --json bench/results/$(date +%F).json`;

/** The last result of the lab that is kept, for a page: when and where it was measured, its table, and the way to the report. */
export function labSection(result: LabResult | null, texts: Texts['benchmark']['lab'], root: string): string {
  if (result === null) {
    return `<div class="none"><p>${htmlText(texts.none)}</p><pre tabindex="0"><code>${htmlText(COMMAND)}</code></pre></div>\n`;
  }
  const tables = markdownTables(result);
  return `<p lang="en">${(tables.get('machine') ?? '').replaceAll('`', '')}</p>
${tableOf(tables.get('summary') ?? '', htmlText(texts.table))}
<p><a href="${root}${REPORT}" hreflang="en">${htmlText(texts.report)}</a></p>
`;
}

/** A table in Markdown as one in HTML, in which it is marked up already; and what stands below it. On every page it is English. */
function tableOf(markdown: string, label: string): string {
  const lines = markdown.trim().split('\n');
  const [head, _rule, ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf);
  const note = `<p lang="en">${lines.filter((line) => !line.startsWith('|')).join(' ')}</p>`;
  if (head === undefined) return note;
  const titles = head
    .map((cell, at) => (at > 0 ? `<th scope="col" lang="en">${cell}</th>` : `<th scope="col">${label}</th>`))
    .join('');
  const body = rows.map(([name = '', ...cells]) => {
    const figures = cells.map((cell) => `<td>${cell}</td>`).join('');
    return `<tr><th scope="row">${name}</th>${figures}</tr>`;
  });
  const table = `<table><thead><tr>${titles}</tr></thead><tbody lang="en">${body.join('\n')}</tbody></table>`;
  return `<section class="scroll" aria-label="${label}">${table}</section>\n${note}`;
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll(/[*`\\]/g, ''));
}
