import { alongSetting, figureOf, noiseOf, rivals, settingOf, usual } from '../cells.js';
import { figured, figureTexts, techniques, techniqueTexts, times } from '../figures.js';
import type { Cell, Figures, Kind, LabResult, ScenarioName, Technique } from '../result.js';
import type { LinesView } from './lines.js';

/** What a figure of some scenarios comes to, in sentences. */
export interface Subject {
  readonly scenarios: readonly ScenarioName[];
  readonly figure: keyof Figures;
}

/** A cell that has the figure in question. */
type Valued = readonly [cell: Cell, value: number];

/** Who comes out best and worst, and how Pushgate stands to its peers. Nothing when nothing was measured. */
export function standing(result: LabResult, { scenarios, figure }: Subject): string[] {
  const cells = usual(result, scenarios, figure);
  return [...extremes(cells, figure), ...toPeers(cells, figure)];
}

/** Techniques that have peers of their own; the others are in the figures. */
const CONTESTED: readonly Technique[] = ['websocket', 'sse', 'long-polling'];

/** Pushgate's ratio to each of its peers, technique by technique; to the controls in brackets. */
function toPeers(cells: readonly Cell[], figure: keyof Figures): string[] {
  const parts = CONTESTED.flatMap((technique) => {
    const ours = cells.find((cell) => cell.kind === 'pushgate' && cell.technique === technique);
    if (ours === undefined) return [];
    const others = rivals(cells, technique);
    const texts = (kind: Kind) =>
      others.filter((rival) => rival.kind === kind).flatMap((rival) => ratioText(ours, rival, figure));
    const [peers, controls] = [texts('peer').join(' and '), texts('control').join(' and ')];
    if (peers === '' && controls === '') return [];
    const ratios = peers === '' ? controls : `${peers}${controls === '' ? '' : ` (${controls})`}`;
    return [`over ${techniqueTexts[technique]} ${ratios}`];
  });
  return parts.length === 0 ? [] : [`Pushgate against the others: ${parts.join('; ')}.`];
}

/** A ratio, unless the runs of the two differ among themselves by as much. */
function ratioText(ours: Cell, rival: Cell, figure: keyof Figures): string[] {
  const [own, other] = [figureOf(ours, figure), figureOf(rival, figure)];
  if (own === undefined || other === undefined || other === 0) return [];
  const same = Math.abs(own / other - 1) <= noiseOf(figure, ours, rival);
  return [same ? `as much as ${rival.contestant}` : `${times(own / other)}\u00a0${rival.contestant}`];
}

function extremes(cells: readonly Cell[], figure: keyof Figures): string[] {
  const { better, name } = figureTexts[figure];
  const valued = cells.map((cell): Valued => [cell, figureOf(cell, figure) ?? 0]).sort(([, a], [, b]) => a - b);
  const [least, most] = [valued[0], valued.at(-1)];
  if (least === undefined || most === undefined || least[1] === most[1]) return [];
  const named = ([one, value]: Valued) => {
    const text = figured(value, figure);
    const as = valued.filter(([cell, other]) => cell !== one && figured(other, figure) === text).length;
    return `${one.contestant}${as === 0 ? '' : ` and ${as} more`}, ${text}`;
  };
  const [low, high] = [`lowest with ${named(least)}`, `highest with ${named(most)}`];
  const apart = least[1] > 0 ? ` (${times(most[1] / least[1])})` : '';
  const [first, second] = better === 'more' ? [high, low] : [low, high];
  return [`${capital(name)}: ${first}; ${second}${apart}.`];
}

/** What becomes of a figure of Pushgate's transports from the least value of a setting to the greatest. */
export function growth(result: LabResult, view: LinesView, ends: (from: number, to: number) => string): string[] {
  const { from, to, courses } = coursesOf(result, view);
  const parts = courses.map(({ technique, start, end }) => {
    const ratio = start > 0 ? ` (${times(end / start)})` : '';
    return `from ${figured(start, view.figure)} to ${figured(end, view.figure)} over ${techniqueTexts[technique]}${ratio}`;
  });
  return parts.length === 0
    ? []
    : [`${ends(from, to)}, Pushgate’s ${figureTexts[view.figure].name} goes ${parts.join(', ')}.`];
}

/** By how much a figure of Pushgate's transports grows with each unit of a setting: transits, where that is distance. */
export function slopes(result: LabResult, view: LinesView): string[] {
  const { from, to, courses } = coursesOf(result, view);
  const parts = courses.map(
    ({ technique, start, end }) =>
      `over ${techniqueTexts[technique]} ${((end - start) / (to - from)).toFixed(1)}\u00a0ms`,
  );
  if (parts.length === 0) return [];
  return [
    `For each millisecond of distance, half of Pushgate’s messages are later by at least so much: ${parts.join(', ')}.`,
  ];
}

interface Course {
  readonly technique: Technique;
  readonly start: number;
  readonly end: number;
}

/** Pushgate's transports at both ends of a setting. */
function coursesOf(result: LabResult, view: LinesView): { from: number; to: number; courses: Course[] } {
  const cells = alongSetting(result, view).filter((cell) => cell.kind === 'pushgate');
  const at = cells.map((cell) => settingOf(cell, view.along) ?? 0);
  const [from, to] = [Math.min(...at), Math.max(...at)];
  const valueAt = (technique: Technique, x: number) => {
    const cell = cells.find((one) => one.technique === technique && settingOf(one, view.along) === x);
    return cell === undefined ? undefined : figureOf(cell, view.figure);
  };
  const courses = techniques.flatMap((technique) => {
    const [start, end] = [valueAt(technique, from), valueAt(technique, to)];
    return start === undefined || end === undefined ? [] : [{ technique, start, end }];
  });
  return { from, to, courses };
}

function capital(text: string): string {
  return /^p\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
