import { figureTexts } from './figures.js';
import type { Cell, Figures, LabResult, ScenarioName, Technique } from './result.js';

/*
 * Choosing among the cells of a run. A quick run has fewer of them than a full one, and a run by hand any: everything here
 * takes what there is.
 */

/** What the article and the tables speak of when a scenario was run in several sizes. */
const USUAL_SUBSCRIBERS = 1_000;

/** How often who polls asks, and for how long it was measured: they do not make it another experiment. */
export const ASIDE = ['pollMs', 'seconds'];

/** Whether a scenario is one of these. */
export function isScenario(scenario: string, names: readonly ScenarioName[]): boolean {
  return names.some((name) => scenario === name);
}

/** The cells of a scenario that have a figure and did not fail: of the first name that has such cells. */
export function measured({ cells }: LabResult, names: readonly ScenarioName[], figure: keyof Figures): Cell[] {
  const having = cells.filter((cell) => cell.failed === null && figureOf(cell, figure) !== undefined);
  const named = names.map((name) => having.filter((cell) => isScenario(cell.scenario, [name])));
  return named.find((group) => group.length > 0) ?? [];
}

/** What is counted does not drift, but a run may begin or end in the middle of a message. */
const SPREAD_OF_COUNTS = 0.01;
/** What the runs of a cell are taken to differ by that was run once, which cannot know: two thirds of those that are run thrice differ by less. */
const SPREAD_OF_ONE = 0.25;
/** A tail rests on few messages. */
const SPREAD_OF_TAILS: Figures = { p99Ms: 0.5, p999Ms: 1 };

/** By how much two values of a figure differ without meaning anything, as a share of them. */
export function noiseOf(figure: keyof Figures, ...cells: readonly Cell[]): number {
  if (figureTexts[figure].counted) return SPREAD_OF_COUNTS;
  const least = SPREAD_OF_TAILS[figure] ?? SPREAD_OF_ONE;
  return Math.max(...cells.map(({ runs, spreads }) => (runs > 1 ? (spreads[figure] ?? 0) : least)));
}

/** A figure of a cell; `undefined` where it was not measured, or is no number. */
export function figureOf({ figures }: Cell, figure: keyof Figures): number | undefined {
  const value = figures[figure];
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** One experiment: the cells of one scenario with the same settings, save for those that are `free`. */
function experiments(cells: readonly Cell[], free: readonly string[] = []): Cell[][] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = experimentOf(cell, free);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  return [...groups.values()];
}

/** What the cells of one experiment have in common. */
function experimentOf(cell: Cell, free: readonly string[] = []): string {
  return cellKey({ ...cell, contestant: '' }, [...ASIDE, ...free]);
}

/**
 * The cells that have a figure in the experiment to speak of: that with most contestants, nearest to the usual size, without
 * distance. Who failed in it counts: one failure makes no other experiment the usual one.
 */
export function usual(result: LabResult, names: readonly ScenarioName[], figure: keyof Figures): Cell[] {
  const having = measured(result, names, figure);
  const experiment = new Set(having.map((cell) => experimentOf(cell)));
  const tried = result.cells.filter((cell) => experiment.has(experimentOf(cell)));
  const contestants = (group: readonly Cell[]) => new Set(group.map((cell) => cell.contestant)).size;
  const offSize = (group: readonly Cell[]) => offUsual(group[0]?.settings);
  const distance = (group: readonly Cell[]) => group[0]?.settings['delayMs'] ?? 0;
  const order = (a: readonly Cell[], b: readonly Cell[]) =>
    distance(a) - distance(b) || contestants(b) - contestants(a) || offSize(a) - offSize(b);
  const sorted = experiments(tried).sort(order);
  const best = sorted.filter((group) => order(group, sorted[0] ?? []) === 0);
  // Of several rates or sizes neither the least nor the greatest is the usual one.
  const chosen = best[Math.floor((best.length - 1) / 2)] ?? [];
  return chosen.filter((cell) => having.includes(cell));
}

/** Of what is planned, that nearest to the usual size, without distance. */
export function nearestToUsual(planned: readonly Cell['settings'][]): Cell['settings'] | undefined {
  const near = planned.filter((settings) => !settings['delayMs']);
  return near.toSorted((a, b) => offUsual(a) - offUsual(b))[0];
}

/** How far a size is from the usual one. */
function offUsual(settings: Cell['settings'] = {}): number {
  return Math.abs(Math.log((settings['subscribers'] || USUAL_SUBSCRIBERS) / USUAL_SUBSCRIBERS));
}

/** The cells of the same experiment that failed: they belong beside those that did not. */
export function failedBeside({ cells }: LabResult, beside: Cell): Cell[] {
  const experiment = experimentOf(beside);
  return cells.filter((cell) => cell.failed !== null && experimentOf(cell) === experiment);
}

/** A figure along a setting. */
export interface Course {
  readonly scenarios: readonly ScenarioName[];
  readonly figure: keyof Figures;
  readonly along: string;
  /** Settings that change together with it. */
  readonly beside?: readonly string[];
}

/** A setting of a cell; without a proxy the distance is 0. */
export function settingOf({ settings }: Cell, name: string): number | undefined {
  return settings[name] ?? (name === 'delayMs' ? 0 : undefined);
}

/**
 * The cells of the experiment that was run with most values of a setting, of those contestants that have more than one; none
 * when nobody has. Of who polls, they are of one interval.
 */
export function alongSetting(result: LabResult, { scenarios, figure, along, beside = [] }: Course): Cell[] {
  const values = (group: readonly Cell[]) => new Set(group.map((cell) => settingOf(cell, along))).size;
  const mostFirst = (a: readonly Cell[], b: readonly Cell[]) => values(b) - values(a) || b.length - a.length;
  const [best = []] = scenarios
    .flatMap((name) => {
      const having = measured(result, [name], figure).filter((cell) => settingOf(cell, along) !== undefined);
      return experiments(having, [along, ...beside]);
    })
    .sort(mostFirst);
  const names = [...new Set(best.map(({ contestant }) => contestant))];
  return names.flatMap((name) => {
    const own = best.filter(({ contestant }) => contestant === name);
    const byInterval = new Map(own.map(({ settings }) => [along === 'pollMs' ? 0 : settings['pollMs'], [] as Cell[]]));
    for (const cell of own) byInterval.get(along === 'pollMs' ? 0 : cell.settings['pollMs'])?.push(cell);
    const [most = []] = [...byInterval.values()].sort(mostFirst);
    return values(most) > 1 ? most : [];
  });
}

/** The cells that failed of the experiment that one of its cells is of. */
export function failedAlong({ cells }: LabResult, { along, beside = [] }: Course, one: Cell): Cell[] {
  const experiment = experimentOf(one, [along, ...beside]);
  return cells.filter((cell) => cell.failed !== null && experimentOf(cell, [along, ...beside]) === experiment);
}

/** The cells to compare with those of Pushgate over the same technique: peers first, then the controls. */
export function rivals(cells: readonly Cell[], technique: Technique): Cell[] {
  // The iframe has no peer of its own: it is the stream of SSE in another wrapping.
  const others = cells.filter((cell) => cell.technique === (technique === 'iframe' ? 'sse' : technique));
  const peers = others.filter((cell) => cell.kind === 'peer');
  const best = peers.filter((cell) => /socket\.io|better-sse/.test(cell.contestant));
  return [...(best.length > 0 ? best : peers), ...others.filter((cell) => cell.kind === 'control')];
}

/** What makes a cell the same one in another run. */
export function cellKey({ scenario, contestant, settings }: Cell, without: readonly string[] = []): string {
  const named = Object.entries(settings).filter(([name]) => !without.includes(name));
  return JSON.stringify([scenario, contestant, ...named.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
