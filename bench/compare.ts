import { cellKey, figureOf, noiseOf } from './cells.js';
import { figured, figureNames, figureTexts, times } from './figures.js';
import { median } from './median.js';
import type { Cell, Figures, LabResult, MachineFacts } from './result.js';
import { settingsText } from './setting-texts.js';

/** One line of the comparison. */
type Row = readonly [what: string, figure: string, before: string, now: string, change: string];

/** By how much what is timed drifts from hour to hour, where nobody else's figures tell. */
const UNKNOWN_DRIFT = 0.3;
/** From so many cells of others on, their drift is that of the machine. */
const ENOUGH_OTHERS = 3;

/** What the machine took for the same work, beside the run before; and what is to be made nothing of, whatever the runs say. */
interface Drift {
  readonly factor: number;
  readonly least: number;
}

type Drifts = Readonly<Record<keyof Figures, Drift>>;

/**
 * What changed from one run of the lab to another by more than the runs themselves differ, as a table for a terminal. What
 * changed for controls and peers too is the machine's drift, and taken off: they are the same code in both. Says
 * first what makes the two hard to compare: another schema (then nothing else is said), machine or Node.
 */
export function compare(before: LabResult, now: LabResult): string {
  const foreign = foreignSchema(before, now);
  if (foreign !== null) return foreign;
  const old = keyed(before);
  const present = keyed(now);
  const pairs = [...present].flatMap(([key, cell]): Pair[] => {
    const was = old.get(key);
    return was === undefined ? [] : [[was, cell]];
  });
  const drifts = driftsOf(pairs);
  const rows = pairs.flatMap(([was, cell]) => changes(was, cell, drifts));
  const appeared = [...present].filter(([key]) => !old.has(key)).map(([, cell]) => nameOf(cell));
  const vanished = [...old].filter(([key]) => !present.has(key)).map(([, cell]) => nameOf(cell));
  return [
    ...differences(before.machine, now.machine),
    `${pairs.length} cells in both runs; before: ${before.startedAt}, now: ${now.startedAt}`,
    ...driftText(drifts),
    ...(rows.length > 0 ? ['', ...table(rows)] : ['Nothing changed by more than the runs differ among themselves.']),
    ...list('New', appeared),
    ...list('Gone', vanished),
  ].join('\n');
}

/** Another version of the lab may mean something else by the same words. */
function foreignSchema(before: LabResult, now: LabResult): string | null {
  // What comes from a file is what it is, whatever its type says.
  const [was, is]: [unknown, unknown] = [before.schema, now.schema];
  if (was === is) return null;
  return `Not compared: the earlier result has the schema ${String(was)}, this lab writes ${String(is)}. Run the lab again at the earlier commit, with the version of then, and compare there.`;
}

function keyed({ cells }: LabResult): Map<string, Cell> {
  return new Map(cells.map((cell) => [cellKey(cell), cell]));
}

/** A cell in both runs. */
type Pair = readonly [was: Cell, is: Cell];

function driftsOf(pairs: readonly Pair[]): Drifts {
  const others = pairs.filter(([, { kind }]) => kind !== 'pushgate');
  const driftOf = (figure: keyof Figures): Drift => {
    if (figureTexts[figure].counted) return { factor: 1, least: 0 };
    const ratios = others.flatMap(([before, now]) => {
      const [was, is] = [figureOf(before, figure), figureOf(now, figure)];
      return was === undefined || is === undefined || was === 0 ? [] : [is / was];
    });
    return ratios.length < ENOUGH_OTHERS ? { factor: 1, least: UNKNOWN_DRIFT } : { factor: median(ratios), least: 0 };
  };
  return Object.fromEntries(figureNames.map((figure) => [figure, driftOf(figure)])) as Drifts;
}

/** What is to be known of the drift, if it is worth a word. */
function driftText(drifts: Drifts): string[] {
  const told = figureNames
    .filter((figure) => Math.abs(drifts[figure].factor - 1) > 0.02)
    .map((figure) => `${figureTexts[figure].name} ${times(drifts[figure].factor)}`);
  return told.length === 0 ? [] : [`Taken off, as controls and peers have changed as well: ${told.join(', ')}`];
}

function changes(before: Cell, now: Cell, drifts: Drifts): Row[] {
  const name = nameOf(now);
  if (before.failed !== null || now.failed !== null) {
    if ((before.failed === null) === (now.failed === null)) return [];
    const [was, is] = [before.failed ?? 'measured', now.failed ?? 'measured'];
    return [[name, 'outcome', was, is, now.failed === null ? 'works again' : 'FAILS NOW']];
  }
  return figureNames.flatMap((figure) => {
    const [was, is] = [figureOf(before, figure), figureOf(now, figure)];
    if (was === undefined && is === undefined) return [];
    const written = (value: number | undefined) => (value === undefined ? '–' : figured(value, figure));
    const row = (change: string): Row[] => [[name, figureTexts[figure].name, written(was), written(is), change]];
    const { factor, least } = drifts[figure];
    const noise = Math.max(least, noiseOf(figure, before, now));
    if (was === undefined) return row('new');
    if (is === undefined) return row('gone');
    if (Math.abs(is / factor - was) <= noise * Math.abs(was)) return [];
    return row(changeText(was, is / factor, figure, noise));
  });
}

function changeText(was: number, is: number, figure: keyof Figures, noise: number): string {
  const verdict = is < was === (figureTexts[figure].better === 'less') ? 'better' : 'worse';
  if (was === 0) return verdict;
  const percent = Math.round((is / was - 1) * 100);
  return `${percent > 0 ? '+' : ''}${percent} % ${verdict} (spread ${Math.round(noise * 100)} %)`;
}

/** What is not the same about two machines, in lines that warn. */
function differences(before: MachineFacts, now: MachineFacts): string[] {
  const facts = (machine: MachineFacts): Record<string, string> => ({
    Node: machine.node,
    platform: machine.platform,
    processor: machine.processor,
    cores: String(machine.cores),
    memory: `${machine.memoryGiB} GiB`,
    pinning: machine.pinned ? 'pinned' : 'not pinned',
  });
  const [old, present] = [facts(before), facts(now)];
  const lines = Object.entries(present)
    .filter(([name, value]) => old[name] !== value)
    .map(([name, value]) => `  ${name}: ${old[name]} before, ${value} now`);
  const versions = new Set([...Object.keys(before.versions), ...Object.keys(now.versions)]);
  for (const name of versions) {
    const [was = 'absent', is = 'absent'] = [before.versions[name], now.versions[name]];
    if (was !== is) lines.push(`  ${name}: ${was} before, ${is} now`);
  }
  if (lines.length === 0) return [];
  return ['CAUTION: measured under other circumstances; only ratios within each run mean anything.', ...lines, ''];
}

function nameOf(cell: Cell): string {
  return [cell.scenario, cell.contestant, settingsText(cell.settings)].filter((part) => part !== '').join(' · ');
}

function list(title: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : ['', `${title}:`, ...names.map((name) => `  ${name}`)];
}

/** Columns as wide as what stands in them. */
function table(rows: readonly Row[]): string[] {
  const all: Row[] = [['cell', 'figure', 'before', 'now', 'change'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
