import { failedBeside, figureOf, usual } from './cells.js';
import { figured, figureTexts, techniques } from './figures.js';
import type { Cell, Figures, LabResult, ScenarioName } from './result.js';
import { experimentSettings } from './setting-texts.js';

/** A figure of a scenario, as a column. */
export interface Column {
  readonly name: string;
  readonly scenarios: readonly ScenarioName[];
  readonly figure: keyof Figures;
}

/** A column with a cell for each contestant that was tried in the experiment to speak of. */
export interface FilledColumn<Kind extends Column = Column> {
  readonly column: Kind;
  readonly cells: readonly Cell[];
  /** Of the experiment, and how often those ask who poll. */
  readonly settings: readonly (readonly [string, number])[];
}

/** What a table of all contestants tells of each; by `id`, the site has names in its languages. */
export const summaryColumns = [
  { id: 'steady', name: 'CPU per message', scenarios: ['fan-out'], figure: 'cpuMicrosPerMessage' },
  { id: 'burst', name: 'in a burst', scenarios: ['burst'], figure: 'cpuMicrosPerMessage' },
  { id: 'saturation', name: 'at saturation', scenarios: ['saturation'], figure: 'messagesPerSecond' },
  { id: 'idle', name: 'memory per idle connection', scenarios: ['idle'], figure: 'rssKiBPerConnection' },
  {
    id: 'connecting',
    name: 'CPU per connection made',
    scenarios: ['connecting', 'storm'],
    figure: 'cpuMicrosPerConnect',
  },
  { id: 'p50', name: 'median latency', scenarios: ['fan-out'], figure: 'p50Ms' },
  { id: 'p99', name: 'p99', scenarios: ['fan-out'], figure: 'p99Ms' },
] as const satisfies readonly (Column & { readonly id: string })[];

/** What a message costs on the wire. */
export const wireColumns: readonly Column[] = (
  ['downBytesPerMessage', 'upBytesPerMessage', 'requestsPerMessage'] as const
).map((figure) => ({ name: figureTexts[figure].name, scenarios: ['fan-out'], figure }));

/** The columns of which the run has a figure of one that is wanted, each with its cells, those that failed among them. */
export function filledColumns<Kind extends Column>(
  result: LabResult,
  columns: readonly Kind[],
  wanted = (_: Cell) => true,
): readonly FilledColumn<Kind>[] {
  return columns.flatMap((column) => {
    const measured = usual(result, column.scenarios, column.figure);
    const [first] = measured;
    if (first === undefined) return [];
    const cells = [...measured, ...failedBeside(result, first)].filter(wanted);
    const settings = [...experimentSettings(first), ...pollSettings(cells)];
    return cells.length === 0 ? [] : [{ column, cells, settings }];
  });
}

/** How often those ask who poll, which nobody else does. */
export function pollSettings(cells: readonly Cell[]): [string, number][] {
  const intervals = new Set(cells.flatMap(({ settings }) => settings['pollMs'] ?? []));
  return [...intervals].map((pollMs) => ['pollMs', pollMs]);
}

/** Which columns are of the same settings, so that these are told once. */
export function alikeInSettings<Kind extends Column>(
  filled: readonly FilledColumn<Kind>[],
): readonly (readonly [FilledColumn<Kind>, ...FilledColumn<Kind>[]])[] {
  const groups = new Map<string, [FilledColumn<Kind>, ...FilledColumn<Kind>[]]>();
  for (const one of filled) {
    const key = JSON.stringify(one.settings);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

/** One cell for each contestant, by technique, Pushgate first. */
export function inOrder(cells: readonly Cell[]): Cell[] {
  const kinds = ['pushgate', 'peer', 'control'];
  const each = new Map(cells.map((cell) => [cell.contestant, cell]));
  return [...each.values()].sort(
    (a, b) =>
      techniques.indexOf(a.technique) - techniques.indexOf(b.technique) ||
      kinds.indexOf(a.kind) - kinds.indexOf(b.kind),
  );
}

/** A figure of a cell with its unit; a word for one that failed, and a dash for what was not measured. */
export function valueText(cell: Cell | undefined, figure: keyof Figures, failed = 'failed'): string {
  if (cell?.failed) return failed;
  const value = cell === undefined ? undefined : figureOf(cell, figure);
  return value === undefined ? '–' : figured(value, figure);
}
