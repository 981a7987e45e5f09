import {
  alongSetting,
  type Course,
  failedAlong,
  failedBeside,
  figureOf,
  isScenario,
  settingOf,
  usual,
} from './cells.js';
import { figured, figureTexts, techniques, techniqueTexts } from './figures.js';
import { goalsReached } from './goals.js';
import type { Cell, Figures, LabResult, ScenarioName, Technique } from './result.js';
import { experimentText, settingText, tickText } from './setting-texts.js';

/** A figure of a scenario, as a column. */
interface Column {
  readonly name: string;
  readonly scenarios: readonly ScenarioName[];
  readonly figure: keyof Figures;
}

const COLUMNS: readonly Column[] = [
  { name: 'CPU per message', scenarios: ['fan-out'], figure: 'cpuMicrosPerMessage' },
  { name: 'in a burst', scenarios: ['burst'], figure: 'cpuMicrosPerMessage' },
  { name: 'at saturation', scenarios: ['saturation'], figure: 'messagesPerSecond' },
  { name: 'memory per idle connection', scenarios: ['idle'], figure: 'rssKiBPerConnection' },
  { name: 'CPU per connection made', scenarios: ['connecting', 'storm'], figure: 'cpuMicrosPerConnect' },
  { name: 'median latency', scenarios: ['fan-out'], figure: 'p50Ms' },
  { name: 'p99', scenarios: ['fan-out'], figure: 'p99Ms' },
];

const WIRE: readonly Column[] = (['downBytesPerMessage', 'upBytesPerMessage', 'requestsPerMessage'] as const).map(
  (figure) => ({ name: figureTexts[figure].name, scenarios: ['fan-out'], figure }),
);

const bySubscribers: Course = {
  scenarios: ['fan-out'],
  figure: 'cpuMicrosPerMessage',
  along: 'subscribers',
  beside: ['perSecond'],
};
const byDelay: Course = { scenarios: ['rates', 'fan-out'], figure: 'p50Ms', along: 'delayMs' };

/** The settings that say which way something goes. */
const WAYS = ['express', 'beside', 'send'];

const NOTHING = 'The kept run has no figures for this table.';

/**
 * The tables of a run, as Markdown, by the name that a document asks for them: `machine` (where and how), `summary` (all
 * contestants), `wire` (bytes and requests), `subscribers` (CPU per message by their number), `delay` (latency by
 * distance), `goals` (what the gateway is to reach, and what it does), `ways` (what each way through a server costs), `controls` (what everybody is measured by), and one for each technique by its name. A table that the run has no figures for is a sentence that says so.
 */
export function markdownTables(result: LabResult): Map<string, string> {
  const own = (technique: Technique) => (cell: Cell) => cell.technique === technique;
  return new Map([
    ['machine', machineText(result)],
    ['summary', contestantTable(result, COLUMNS)],
    ['wire', contestantTable(result, WIRE)],
    ['subscribers', settingTable(result, 'CPU per message, by subscribers', bySubscribers)],
    ['delay', settingTable(result, 'median latency, by distance', byDelay)],
    ['goals', goalTable(result)],
    ['ways', wayTable(result)],
    ['controls', contestantTable(result, COLUMNS, ({ kind }) => kind === 'control')],
    ...techniques.map((name): [string, string] => [name, contestantTable(result, [...COLUMNS, ...WIRE], own(name))]),
  ]);
}

function machineText({ machine, startedAt, command, seconds, cells, revision = null }: LabResult): string {
  const spreads = cells.filter((cell) => cell.failed === null && cell.runs > 1).map((cell) => cell.spread);
  const middling = spreads.sort((a, b) => a - b)[Math.floor(spreads.length / 2)];
  const noise =
    middling === undefined
      ? 'each cell run once'
      : `runs of the same measurement differ by ${Math.round(middling * 100)} % (median)`;
  return plain(
    `Measured on ${startedAt.slice(0, 10)} with \`${command}\`${revision === null ? '' : ` at ${revision}`} in ${Math.round(seconds / 60)} minutes: Node ${machine.node.replace(/^v/, '')}, ` +
      `${machine.cores} × ${machine.processor}, ${machine.platform}, ${machine.pinned ? 'server and load pinned' : 'not pinned'}; ${noise}. Only ratios mean anything.`,
  );
}

/** A row for each contestant, a column for each figure that one of them has. */
function contestantTable(result: LabResult, columns: readonly Column[], wanted = (_: Cell) => true): string {
  const filled = columns.flatMap(({ name, scenarios, figure }) => {
    const cells = usual(result, scenarios, figure);
    const [first] = cells;
    if (first === undefined) return [];
    const all = [...cells, ...failedBeside(result, first)].filter(wanted);
    return all.length === 0 ? [] : [{ name, figure, cells: all, settings: `${experimentText(first)}${pollText(all)}` }];
  });
  if (filled.length === 0) return NOTHING;
  const rows = inOrder(filled.flatMap(({ cells }) => cells)).map((row) => [
    nameText(row),
    ...filled.map(({ cells, figure }) => {
      const cell = cells.find(({ contestant }) => contestant === row.contestant);
      return valueText(cell, figure);
    }),
  ]);
  const settings = [...new Set(filled.map((column) => column.settings))];
  const notes = settings.map((one) => {
    const alike = filled.filter((column) => column.settings === one);
    return `${alike.map(({ name }) => name).join(', ')}: ${one}`;
  });
  return `${markdown(['contestant', ...filled.map(({ name }) => name)], rows)}\n\n${plain(notes.join('; '))}.`;
}

/** How often those ask who poll, which nobody else does. */
function pollText(cells: readonly Cell[]): string {
  const intervals = new Set(cells.flatMap(({ settings }) => settings['pollMs'] ?? []));
  return [...intervals].map((pollMs) => `, ${settingText('pollMs', pollMs)}`).join('');
}

/** A row for each contestant, a column for each value of a setting. */
function settingTable(result: LabResult, title: string, course: Course): string {
  const cells = alongSetting(result, course);
  const [first] = cells;
  if (first === undefined) return NOTHING;
  const all = [...cells, ...failedAlong(result, course, first)];
  const values = [...new Set(cells.map((cell) => settingOf(cell, course.along) ?? 0))].sort((a, b) => a - b);
  const rows = inOrder(cells).map((row) => [
    nameText(row),
    ...values.map((value) =>
      valueText(
        all.find((cell) => cell.contestant === row.contestant && settingOf(cell, course.along) === value),
        course.figure,
      ),
    ),
  ]);
  return markdown([title, ...values.map((value) => tickText(course.along, value))], rows);
}

function goalTable(result: LabResult): string {
  const rows = goalsReached(result).map(({ what, contestant, goal, value, isReached, isNear, where }) => {
    const measured = `${isReached ? `**${value}**` : value}${isNear ? ' (±)' : ''}`;
    return [contestant.replace(/^pushgate /, ''), what, goal, measured, where];
  });
  return rows.length === 0 ? NOTHING : markdown(['transport', 'figure', 'goal', 'measured', 'with'], rows, '---');
}

/** A row for each way of each contestant. */
function wayTable(result: LabResult): string {
  const cells = result.cells.filter((cell) => isScenario(cell.scenario, ['ways']));
  const [first] = cells;
  if (first === undefined) return NOTHING;
  const rows = inOrder(cells).flatMap((row) =>
    cells
      .filter(({ contestant }) => contestant === row.contestant)
      .map((cell) => {
        const ways = WAYS.flatMap((name) =>
          name in cell.settings ? settingText(name, settingOf(cell, name) ?? 0) : [],
        );
        return [nameText(cell), ways[0] ?? '–', valueText(cell, 'cpuMicrosPerMessage')];
      }),
  );
  const settings = `${experimentText(first, WAYS)}${pollText(cells)}`;
  return `${markdown(['contestant', 'way', 'CPU per message'], rows, '---')}\n\n${plain(settings)}.`;
}

/** One cell for each contestant, by technique, Pushgate first. */
function inOrder(cells: readonly Cell[]): Cell[] {
  const kinds = ['pushgate', 'peer', 'control'];
  const each = new Map(cells.map((cell) => [cell.contestant, cell]));
  return [...each.values()].sort(
    (a, b) =>
      techniques.indexOf(a.technique) - techniques.indexOf(b.technique) ||
      kinds.indexOf(a.kind) - kinds.indexOf(b.kind),
  );
}

function nameText({ contestant, kind, technique }: Cell): string {
  return kind === 'pushgate'
    ? `**Pushgate, ${techniqueTexts[technique]}**`
    : `${contestant}${kind === 'control' ? ' (control)' : ''}`;
}

function valueText(cell: Cell | undefined, figure: keyof Figures): string {
  if (cell?.failed) return 'failed';
  const value = cell === undefined ? undefined : figureOf(cell, figure);
  return value === undefined ? '–' : figured(value, figure);
}

/** Numbers stand to the right, unless all columns are words. */
function markdown(heads: readonly string[], rows: readonly (readonly string[])[], others = '---:'): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(' | ')} |`;
  const rule = `| --- |${` ${others} |`.repeat(heads.length - 1)}`;
  return [line(heads), rule, ...rows.map(line)].join('\n');
}

/** Text of a run must neither end a table's cell nor begin markup. */
function plain(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
