import { usual } from '../bench/cells.js';
import { alikeInSettings, filledColumns, inOrder, summaryColumns, valueText } from '../bench/columns.js';
import { figured } from '../bench/figures.js';
import type { LabResult } from '../bench/result.js';
import { tickText } from '../bench/setting-texts.js';
import type { Texts } from '../demo/site/texts/en.js';
import { htmlText } from './html-text.js';
import { contestantHtml, machineHtml, settingsHtml } from './lab-words.js';

/** Where the report lies, seen from the top of the site. */
export const REPORT = 'lab/report.html';

/** The command that makes what this section shows. */
const COMMAND = `npm run bench -- --json bench/results/$(date +%F).json`;

/** The last result of the lab that is kept, for a page: when and where it was measured, its table, and the way to the report. */
export function labSection(result: LabResult | null, texts: Texts, root: string): string {
  const { lab: own } = texts.benchmark;
  if (result === null) {
    return `<div class="none"><p>${htmlText(own.none)}</p><pre tabindex="0"><code>${htmlText(COMMAND)}</code></pre></div>\n`;
  }
  return `<p>${machineHtml(result, texts.lab)}</p>
${summary(result, texts)}${wire(result, texts)}
<p><a href="${root}${REPORT}" hreflang="en">${htmlText(own.report)}</a></p>
`;
}

/** A row for each contestant, and below the table what its columns were set to. */
function summary(result: LabResult, { benchmark, lab, sideways }: Texts): string {
  const filled = filledColumns(result, summaryColumns);
  const label = htmlText(benchmark.lab.table);
  const heads = filled.map(({ column }) => `<th scope="col">${htmlText(lab.columns[column.id])}</th>`);
  const rows = inOrder(filled.flatMap(({ cells }) => cells)).map((row) => {
    const values = filled.map(({ cells, column }) => {
      const cell = cells.find(({ contestant }) => contestant === row.contestant);
      return `<td>${valueText(cell, column.figure, lab.failed)}</td>`;
    });
    return `<tr><th scope="row">${contestantHtml(row, lab)}</th>${values.join('')}</tr>`;
  });
  const notes = alikeInSettings(filled).map((alike) => {
    const names = alike.map(({ column }) => htmlText(lab.columns[column.id]));
    return lab.note(names, settingsHtml(alike[0].settings, lab));
  });
  return `<p class="sideways">${htmlText(sideways)}</p>
<section class="scroll" aria-label="${label}"><table><thead><tr><th scope="col">${htmlText(lab.contestant)}</th>${heads.join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>
<p>${lab.notes(notes)}</p>`;
}

/** Why more bytes come than were published, by the example of our WebSocket; nothing where it was not measured. */
function wire(result: LabResult, { lab }: Texts): string {
  const cells = usual(result, ['fan-out'], 'downBytesPerMessage');
  const cell = cells.find(({ contestant }) => contestant === 'pushgate websocket');
  const [down, payload] = [cell?.figures.downBytesPerMessage, cell?.settings['bytes']];
  if (down === undefined || payload === undefined) return '';
  return `\n<p>${htmlText(lab.wire(tickText('bytes', payload), figured(down, 'downBytesPerMessage')))}</p>`;
}
