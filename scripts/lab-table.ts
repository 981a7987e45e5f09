import type { Cell, Figures, LabResult } from '../bench/result.js';
import { settingsText } from '../bench/setting-texts.js';
import type { Subject } from '../demo/site/anatomy/subjects.js';
import type { Texts } from '../demo/site/texts/en.js';
import { htmlText } from './html-text.js';

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

/** In this order. */
const FIGURES = ['downBytesPerMessage', 'requestsPerMessage', 'p50Ms', 'p99Ms', 'cpuMicrosPerMessage'] as const;

/**
 * A table of how a relative did in the lab, beside us: fan-out, with the setting that most of them were measured with. `null`
 * where nothing is kept of it, whatever is kept of others: a quick run leaves some out.
 */
export function labTable(result: LabResult | null, subject: Subject, { anatomy: { lab } }: Texts): string | null {
  const comparison = COMPARISONS[subject];
  if (result === null || comparison === undefined) return null;
  const { relative, contestants } = comparison;
  const cells = result.cells.filter(
    ({ scenario, contestant, failed }) => scenario === 'fan-out' && failed === null && contestants.includes(contestant),
  );
  const [setting, measured] = mostOften(cells, relative);
  if (measured.length < 2) return null;
  const shown = FIGURES.filter((figure) => measured.some(({ figures }) => figures[figure] !== undefined));
  const head = shown.map((figure) => `<th scope="col">${lab.figures[figure]}</th>`).join('');
  const rows = contestants.flatMap((name) => {
    const cell = measured.find(({ contestant }) => contestant === name);
    if (cell === undefined) return [];
    const figures = shown.map((figure) => `<td>${written(cell.figures, figure)}</td>`);
    return [`<tr><th scope="row">${name}</th>${figures.join('')}</tr>`];
  });
  const { processor, cores, node } = result.machine;
  const machine = `${processor}, ${cores}, Node ${node}`;
  const caption = lab.caption(inEnglish(setting), result.startedAt.slice(0, 10), inEnglish(machine));
  return `<section class="scroll" data-scrolls aria-label="${lab.label}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">${lab.contestant}</th>${head}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>`;
}

/** Of the settings that a relative was measured with that which has the most cells: the setting in words, and the cells. */
function mostOften(cells: readonly Cell[], relative: readonly string[]): readonly [string, readonly Cell[]] {
  const bySetting = new Map<string, Cell[]>();
  for (const cell of cells) {
    const setting = settingsText(cell.settings);
    bySetting.set(setting, [...(bySetting.get(setting) ?? []), cell]);
  }
  const [most] = [...bySetting]
    .filter(([, group]) => group.some(({ contestant }) => relative.includes(contestant)))
    .sort(([, a], [, b]) => b.length - a.length);
  return most ?? ['', []];
}

/** What the lab says is English on every page. */
function inEnglish(text: string): string {
  return `<span lang="en">${htmlText(text)}</span>`;
}

function written(figures: Figures, name: (typeof FIGURES)[number]): string {
  const value = figures[name];
  if (value === undefined) return '–';
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
