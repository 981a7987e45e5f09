import { rivals } from './cells.js';
import type { Cell, Figures } from './result.js';
import type { Scenario } from './scenario.js';

/** The columns there may be, in their order, and how many digits after the point mean something. */
const COLUMNS: readonly (readonly [keyof Figures, string, number])[] = [
  ['cpuMicrosPerMessage', 'CPU µs/message', 2],
  ['cpuMicrosPerConnect', 'CPU µs/connect', 1],
  ['cpuMicrosPerRequest', 'CPU µs/request', 1],
  ['messagesPerSecond', 'messages/s', 0],
  ['requestsPerSecond', 'requests/s', 0],
  ['meanMs', 'mean ms', 2],
  ['p50Ms', 'p50 ms', 2],
  ['p99Ms', 'p99 ms', 2],
  ['p999Ms', 'p99.9 ms', 2],
  ['readyMs', 'ready ms', 0],
  ['upBytesPerMessage', 'B up/message', 1],
  ['downBytesPerMessage', 'B down/message', 1],
  ['requestsPerMessage', 'requests/message', 2],
  ['idleBytesPerMinute', 'idle B/min', 0],
  ['idleRequestsPerMinute', 'idle requests/min', 1],
  ['rssKiBPerConnection', 'KiB/connection', 1],
  ['rssPeakMiB', 'peak MiB', 0],
];

/** A table for the terminal: one row for each cell, with the figure that matters as a ratio to its control and its peer. */
export function tableOf(scenario: Scenario, cells: readonly Cell[], figureOf: (cell: Cell) => keyof Figures): string {
  const shown = COLUMNS.filter(([name]) => cells.some(({ figures }) => figures[name] !== undefined));
  const head = ['contestant', ...shown.map(([, title]) => title), '× control', '× peer', 'spread', 'stolen'];
  const bySettings = new Map<string, string[][]>();
  for (const cell of cells) {
    const title = Object.entries(cell.settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
    const rows = bySettings.get(title) ?? [];
    bySettings.set(title, rows);
    rows.push(
      cell.failed === null ? rowOf(cell, cells, shown, figureOf(cell)) : [cell.contestant, `failed: ${cell.failed}`],
    );
  }
  const parts = [...bySettings].map(([title, rows]) => `  ${title}\n${align([head, ...rows])}`);
  return `${scenario.name}: ${scenario.question}\n${parts.join('\n')}\n`;
}

function rowOf(cell: Cell, cells: readonly Cell[], shown: typeof COLUMNS, figure: keyof Figures): string[] {
  const values = shown.map(([name, , digits]) => cell.figures[name]?.toFixed(digits) ?? '');
  const ratio = (kind: Cell['kind']) => {
    const alike = cells.filter((one) => isAlike(one, cell) && one.figures[figure] !== undefined);
    const other = rivals(alike, cell.technique).find((one) => one.kind === kind);
    const [mine, theirs] = [cell.figures[figure], other?.figures[figure]];
    return other === cell || mine === undefined || !theirs ? '' : (mine / theirs).toFixed(2);
  };
  return [
    cell.contestant,
    ...values,
    ratio('control'),
    ratio('peer'),
    cell.runs > 1 ? `${Math.round(cell.spread * 100)} %` : '',
    cell.stolen === undefined ? '' : `${Math.round(cell.stolen * 100)} %`,
  ];
}

function isAlike(one: Cell, other: Cell): boolean {
  return JSON.stringify(one.settings) === JSON.stringify(other.settings);
}

function align(rows: readonly (readonly string[])[]): string {
  const full = rows.filter(({ length }) => length > 2);
  const widths = rows[0]?.map((_, column) => Math.max(...full.map((row) => row[column]?.length ?? 0))) ?? [];
  widths[0] = Math.max(...rows.map(([name = '']) => name.length));
  return rows
    .map((row) =>
      row.map((text, at) => (at === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[at] ?? 0))).join('  '),
    )
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}
