import type { LabResult } from '../bench/result.js';
import { markdownTables } from '../bench/tables.js';
import type { Texts } from '../demo/site/texts/en.js';

/** Where the report lies, seen from the top of the site. */
export const REPORT = 'lab/report.html';

/** The command that makes what this section shows. */
const COMMAND = `npm run bench -- --json bench/results/$(date +%F).json`;

/** The last result of the lab that is kept, for a page: when and where it was measured, its table, and the way to the report. */
export function labSection(result: LabResult | null, texts: Texts['benchmark']['lab'], root: string): string {
  if (result === null) {
    return `<div class="none"><p>${escaped(texts.none)}</p><pre tabindex="0"><code>${escaped(COMMAND)}</code></pre></div>\n`;
  }
  const tables = markdownTables(result);
  return `<p>${escaped((tables.get('machine') ?? '').replaceAll('`', ''))}</p>
<section class="scroll" aria-label="${escaped(texts.table)}">${tableOf(tables.get('summary') ?? '')}</section>
<p><a href="${root}${REPORT}" hreflang="en">${escaped(texts.report)}</a></p>
`;
}

/** A table in Markdown as one in HTML; what is no table, as a paragraph. */
function tableOf(markdown: string): string {
  const [head, rule, ...rows] = markdown.trim().split('\n').map(cellsOf);
  if (head === undefined || rule === undefined) return `<p>${escaped(markdown)}</p>`;
  const titles = head.map((cell) => `<th scope="col">${cell}</th>`).join('');
  const lines = rows.map(([name = '', ...cells]) => {
    const figures = cells.map((cell) => `<td>${cell}</td>`).join('');
    return `<tr><th scope="row">${name}</th>${figures}</tr>`;
  });
  return `<table><thead><tr>${titles}</tr></thead><tbody>${lines.join('\n')}</tbody></table>`;
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => escaped(cell.trim().replaceAll(/[*`]/g, '')));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
