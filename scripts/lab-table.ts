import type { Cell, Figures, LabResult } from '../bench/result.js';
import type { Subject } from '../demo/site/anatomy/subjects.js';
import type { Texts } from '../demo/site/texts/en.js';

/** With whom a relative is compared. */
const CONTESTANTS: Partial<Record<Subject, readonly string[]>> = {
  mqtt: ['pushgate websocket', 'ws', 'mosquitto'],
  'socket-io': ['pushgate websocket', 'ws', 'socket.io websocket', 'pushgate long-polling', 'socket.io polling'],
};

/** In this order. */
const FIGURES = ['downBytesPerMessage', 'requestsPerMessage', 'p50Ms', 'p99Ms', 'cpuMicrosPerMessage'] as const;

/**
 * A table of how a relative did in the lab, beside us: fan-out, with the setting that most of them were measured with. `null`
 * where nothing is kept of it.
 */
export function labTable(result: LabResult | null, subject: Subject, { anatomy: { lab } }: Texts): string | null {
  const names = CONTESTANTS[subject] ?? [];
  const cells = result?.cells.filter(
    ({ scenario, contestant, failed }) => scenario === 'fan-out' && failed === null && names.includes(contestant),
  );
  const [setting, measured = []] = mostOften(cells ?? []);
  if (result === null || setting === undefined || measured.length < 2) return null;
  const shown = FIGURES.filter((figure) => measured.some(({ figures }) => figures[figure] !== undefined));
  const head = shown.map((figure) => `<th scope="col">${lab.figures[figure]}</th>`).join('');
  const rows = names.flatMap((name) => {
    const cell = measured.find(({ contestant }) => contestant === name);
    if (cell === undefined) return [];
    const figures = shown.map((figure) => `<td>${written(cell.figures, figure)}</td>`);
    return [`<tr><th scope="row">${name}</th>${figures.join('')}</tr>`];
  });
  const { processor, cores, node } = result.machine;
  const caption = lab.caption(setting, result.startedAt.slice(0, 10), `${processor}, ${cores}, Node ${node}`);
  return `<section class="scroll" data-scrolls aria-label="${lab.label}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">${lab.contestant}</th>${head}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>`;
}

/** The cells of the setting that has the most of them, with the setting in words. */
function mostOften(cells: readonly Cell[]): readonly [string?, (readonly Cell[])?] {
  const bySetting = new Map<string, Cell[]>();
  for (const cell of cells) {
    const setting = Object.entries(cell.settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
    bySetting.set(setting, [...(bySetting.get(setting) ?? []), cell]);
  }
  const [most] = [...bySetting].sort(([, a], [, b]) => b.length - a.length);
  return most ?? [];
}

function written(figures: Figures, name: (typeof FIGURES)[number]): string {
  const value = figures[name];
  if (value === undefined) return '–';
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
