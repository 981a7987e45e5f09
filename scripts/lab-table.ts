import { failedBeside, usual } from '../bench/cells.js';
import { processorsText } from '../bench/machine-text.js';
import type { Cell, Figures, LabResult } from '../bench/result.js';
import { experimentSettings } from '../bench/setting-texts.js';
import type { Subject } from '../demo/site/anatomy/subjects.js';
import type { Texts } from '../demo/site/texts/en.js';
import { htmlText } from './html-text.js';
import { contestantHtml, settingsHtml } from './lab-words.js';

/** With whom a relative is compared, by which names the lab knows it itself. */
interface Comparison {
  readonly relative: readonly string[];
  /** All of them, in the order of the table. */
  readonly contestants: readonly string[];
}

const COMPARISONS: Partial<Record<Subject, Comparison>> = {
  mqtt: { relative: ['mosquitto'], contestants: ['pushgate websocket', 'ws', 'mosquitto'] },
  'socket-io': {
    relative: ['socket.io websocket', 'socket.io polling'],
    contestants: ['pushgate websocket', 'ws', 'socket.io websocket', 'pushgate long-polling', 'socket.io polling'],
  },
};

/** In this order, and with so many digits after the point. */
const FIGURES = [
  ['downBytesPerMessage', 0],
  ['requestsPerMessage', 2],
  ['p50Ms', 1],
  ['p99Ms', 1],
  ['cpuMicrosPerMessage', 1],
] as const satisfies readonly (readonly [keyof Figures, number])[];

/**
 * A table of how a relative did in the lab, beside us: fan-out, in the experiment that the documents and the page of the
 * benchmark speak of. `null` where the relative is not in it, as in a quick run.
 */
export function labTable(result: LabResult | null, subject: Subject, texts: Texts): string | null {
  const comparison = COMPARISONS[subject];
  if (result === null || comparison === undefined) return null;
  const { relative, contestants } = comparison;
  const measured = usual(result, ['fan-out'], 'cpuMicrosPerMessage');
  const [first] = measured;
  if (first === undefined) return null;
  const tried = [...measured, ...failedBeside(result, first)];
  if (!tried.some(({ contestant }) => relative.includes(contestant))) return null;
  const { anatomy, lab, sideways } = texts;
  const shown = FIGURES.filter(([figure]) => measured.some(({ figures }) => figures[figure] !== undefined));
  const head = shown.map(([figure]) => `<th scope="col">${anatomy.lab.figures[figure]}</th>`).join('');
  const rows = contestants.map((name) => {
    const cell = tried.find(({ contestant }) => contestant === name);
    const known = cell ?? result.cells.find(({ contestant }) => contestant === name);
    const row = `<th scope="row">${known === undefined ? name : contestantHtml(known, lab)}</th>`;
    const missing = cell === undefined ? lab.notMeasured : cell.failed === null ? null : lab.failed;
    if (missing !== null) return `<tr>${row}<td colspan="${shown.length}">${missing}</td></tr>`;
    return `<tr>${row}${shown.map(([figure, digits]) => `<td>${written(cell, figure, digits)}</td>`).join('')}</tr>`;
  });
  const machine = lab.list([processorsText(result.machine), `Node ${result.machine.node.replace(/^v/, '')}`]);
  const settings = settingsHtml(experimentSettings(first), lab);
  const caption = anatomy.lab.caption(settings, result.startedAt.slice(0, 10), htmlText(machine));
  return `<p id="lab-caption" class="caption">${caption}</p>
<p class="sideways">${sideways}</p>
<section class="scroll" data-scrolls aria-label="${anatomy.lab.label}"><table aria-labelledby="lab-caption">
<thead><tr><th scope="col">${lab.contestant}</th>${head}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>`;
}

/** A figure with as many digits as the others of its column. */
function written(cell: Cell | undefined, name: keyof Figures, digits: number): string {
  const value = cell?.figures[name];
  if (value === undefined) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
