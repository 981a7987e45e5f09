import { alongSetting, type Course, failedAlong, isScenario, settingOf } from './cells.js';
import {
  alikeInSettings,
  type Column,
  filledColumns,
  inOrder,
  pollSettings,
  summaryColumns,
  valueText,
  wireColumns,
} from './columns.js';
import { techniques, techniqueTexts } from './figures.js';
import { goalsReached } from './goals.js';
import { middlingSpread, processorsText } from './machine-text.js';
import type { Cell, LabResult, Technique } from './result.js';
import { experimentSettings, settingText, tickText } from './setting-texts.js';

const bySubscribers: Course = {
  scenarios: ['fan-out'],
  figure: 'cpuMicrosPerMessage',
  along: 'subscribers',
  beside: ['perSecond'],
};
const byDelay: Course = { scenarios: ['rates', 'fan-out'], figure: 'p50Ms', along: 'delayMs' };

/** The settings that say which way something goes. */
const WAYS = ['express', 'beside', 'send'];

/** Of what is told anyway. */
const OWN_VERSIONS: ReadonlySet<string> = new Set(['pushgate', 'node']);

const NOTHING = 'The kept run has no figures for this table.';

/**
 * The tables of a run, beside the run before it if there is one, as Markdown, by the name that a document asks for them: `machine` (where and how), `summary` (all
 * contestants), `wire` (bytes and requests), `subscribers` (CPU per message by their number), `delay` (latency by
 * distance), `goals` (what the gateway is to reach, and what it does), `ways` (what each way through a server costs), `controls` (what everybody is measured by), and one for each technique by its name. A table that the run has no figures for is a sentence that says so.
 */
export function markdownTables(result: LabResult, before: LabResult | null = null): Map<string, string> {
  const own = (technique: Technique) => (cell: Cell) => cell.technique === technique;
  return new Map([
    ['machine', machineText(result)],
    ['summary', contestantTable(result, summaryColumns)],
    ['wire', contestantTable(result, wireColumns)],
    ['subscribers', settingTable(result, 'CPU per message, by subscribers', bySubscribers)],
    ['delay', settingTable(result, 'median latency, by distance', byDelay)],
    ['goals', goalTable(result, before)],
    ['ways', wayTable(result)],
    ['controls', contestantTable(result, summaryColumns, ({ kind }) => kind === 'control')],
    ...techniques.map((name): [string, string] => [
      name,
      contestantTable(result, [...summaryColumns, ...wireColumns], own(name)),
    ]),
  ]);
}

function machineText(result: LabResult): string {
  const { machine, startedAt, command, seconds, revision = null } = result;
  const middling = middlingSpread(result);
  const tails = middlingSpread(result, 'p99Ms');
  const repeated = result.cells.filter(({ runs }) => runs > 1).length;
  const noise =
    middling === null
      ? 'each cell run once'
      : `${repeated} of ${result.cells.length} measurements were made more than once, and their runs differ by ${middling} % (median)${tails === null ? '' : `, at p99 by ${tails} %`}`;
  const versions = Object.entries(machine.versions).filter(([name]) => !OWN_VERSIONS.has(name));
  return plain(
    `Measured on ${startedAt.slice(0, 10)} with \`${command}\`${revision === null ? '' : ` at ${revision}`} in ${Math.round(seconds / 60)} minutes: Node ${machine.node.replace(/^v/, '')}, ` +
      `${processorsText(machine)}, ${machine.platform}, ${machine.pinned ? 'server and load pinned' : 'not pinned'}${versions.map(([name, version], at) => `${at === 0 ? '; with ' : ', '}${name} ${version}`).join('')}; ${noise}. Only ratios mean anything.`,
  );
}

/** A row for each contestant, a column for each figure that one of them has. */
function contestantTable(result: LabResult, columns: readonly Column[], wanted?: (cell: Cell) => boolean): string {
  const filled = filledColumns(result, columns, wanted);
  if (filled.length === 0) return NOTHING;
  const rows = inOrder(filled.flatMap(({ cells }) => cells)).map((row) => [
    nameText(row),
    ...filled.map(({ cells, column }) => {
      const cell = cells.find(({ contestant }) => contestant === row.contestant);
      return valueText(cell, column.figure);
    }),
  ]);
  const notes = alikeInSettings(filled).map((alike) => {
    const settings = alike[0].settings.map(([name, value]) => settingText(name, value));
    return `${alike.map(({ column }) => column.name).join(', ')}: ${settings.join(', ')}`;
  });
  return `${markdown(['contestant', ...filled.map(({ column }) => column.name)], rows)}\n\n${plain(notes.join('; '))}.`;
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

function goalTable(result: LabResult, before: LabResult | null): string {
  const earlier = before === null ? [] : goalsReached(before);
  const rows = goalsReached(result).map(({ what, contestant, goal, value, beside, isReached, noise, where }) => {
    const reached = `${value}${beside}`;
    const measured = `${isReached ? `**${reached}**` : reached}${noise === null ? '' : ` (± ${Math.round(noise * 100)} %)`}`;
    const same = earlier.find((one) => one.contestant === contestant && one.what === what && one.goal === goal);
    const then = same === undefined || same.where !== where ? '–' : same.value;
    return [contestant.replace(/^pushgate /, ''), what, goal, measured, ...(before === null ? [] : [then]), where];
  });
  const heads = ['transport', 'figure', 'goal', 'measured', ...(before === null ? [] : ['the run before']), 'with'];
  return rows.length === 0 ? NOTHING : markdown(heads, rows, '---');
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
  const settings = [...experimentSettings(first, WAYS), ...pollSettings(cells)];
  const note = settings.map(([name, value]) => settingText(name, value)).join(', ');
  return `${markdown(['contestant', 'way', 'CPU per message'], rows, '---')}\n\n${plain(note)}.`;
}

function nameText({ contestant, kind, technique }: Cell): string {
  return kind === 'pushgate'
    ? `**Pushgate, ${techniqueTexts[technique]}**`
    : `${contestant}${kind === 'control' ? ' (control)' : ''}`;
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
