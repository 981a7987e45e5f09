import { failedBeside, figureOf, usual } from '../cells.js';
import { figured, figureTexts, techniques, techniqueTexts, times } from '../figures.js';
import type { Cell, Figures, LabResult, ScenarioName } from '../result.js';
import { experimentText, tickText } from '../setting-texts.js';
import { type Html, html } from './html.js';

/** One figure of all contestants in one experiment, side by side. */
export interface BarsView {
  readonly view: 'bars';
  readonly title: string;
  readonly scenarios: readonly ScenarioName[];
  readonly figure: keyof Figures;
  /** A second part of the same unit, behind the first. */
  readonly plus?: keyof Figures;
}

/** Bars in a table, by technique, so that who cannot see the bars has the numbers. `null` when nothing was measured. */
export function bars(result: LabResult, view: BarsView): Html | null {
  const cells = usual(result, view.scenarios, view.figure);
  const [first] = cells;
  if (first === undefined) return null;
  const failed = failedBeside(result, first);
  // A whisker may go beyond its bar.
  const end = Math.max(...cells.map((cell) => sum(cell, view) * (1 + spreadOf(cell, view.figure) / 2)));
  const { unit, name } = figureTexts[view.figure];
  const groups = techniques
    .map((technique) => [...cells, ...failed].filter((cell) => cell.technique === technique))
    .filter((group) => group.length > 0)
    .map((group) => {
      const ours = group.find((cell) => cell.kind === 'pushgate' && cell.failed === null);
      const rows = group.sort(bestFirst(view)).map((cell) => row(cell, { view, end, ours }));
      const [{ technique }] = group as [Cell];
      return html`<tbody style="--hue: var(--hue-${technique})"><tr><th colspan="4" scope="rowgroup">${techniqueTexts[technique]}</th></tr>${rows}</tbody>`;
    });
  return html`<figure>
<table class="chart bars">
<caption><b>${view.title}</b> <span>${experimentText(first)}</span></caption>
<thead><tr><th scope="col">contestant</th><td></td><th class="number" scope="col">${unit || name}</th><th class="number" scope="col"><abbr title="times Pushgate over the same technique">× Pushgate</abbr></th></tr></thead>
${groups}
</table>
</figure>`;
}

/** A contestant's name, with the interval for who polls: two intervals are two rows. */
export function nameOf({ contestant, settings }: Cell): string {
  const { pollMs = 0 } = settings;
  return pollMs === 0 ? contestant : `${contestant}, ${tickText('pollMs', pollMs)}`;
}

interface Scale {
  readonly view: BarsView;
  readonly end: number;
  readonly ours: Cell | undefined;
}

function row(cell: Cell, { view, end, ours }: Scale): Html {
  const name = html`<th scope="row">${nameOf(cell)}</th>`;
  if (cell.failed !== null)
    return html`<tr class="failed">${name}<td class="why" colspan="3">failed: ${cell.failed}</td></tr>`;
  const percent = (value: number) => `${((value / end) * 100).toFixed(2)}%`;
  const value = sum(cell, view);
  const first = figureOf(cell, view.figure) ?? 0;
  const second = html`<i class="part second" style="width: ${percent(value - first)}"></i>`;
  const spread = spreadOf(cell, view.figure);
  const whisker = html`<i class="whisker" style="left: ${percent(value * (1 - spread / 2))}; width: ${percent(value * spread)}"></i>`;
  return html`<tr class="${cell.kind}">${name}<td class="track"><span class="bar"><i class="part" style="width: ${percent(first)}"></i>${value > first ? second : null}${spread > 0 ? whisker : null}</span></td><td class="number">${figured(value, view.figure)}</td><td class="number times">${ours === undefined || sum(ours, view) === 0 ? '' : times(value / sum(ours, view))}</td></tr>`;
}

/** Failed cells come last. */
function bestFirst(view: BarsView): (a: Cell, b: Cell) => number {
  const sign = figureTexts[view.figure].better === 'more' ? -1 : 1;
  return (a, b) => Number(a.failed !== null) - Number(b.failed !== null) || sign * (sum(a, view) - sum(b, view));
}

function sum(cell: Cell, { figure, plus }: BarsView): number {
  return (figureOf(cell, figure) ?? 0) + (plus === undefined ? 0 : (figureOf(cell, plus) ?? 0));
}

/** How far the runs of a cell lay apart; what is counted does not drift. */
function spreadOf({ runs, spreads }: Cell, figure: keyof Figures): number {
  return runs > 1 && !figureTexts[figure].counted ? (spreads[figure] ?? 0) : 0;
}
