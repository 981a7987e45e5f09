import { failedBeside, figureOf, usual } from '../cells.js';
import { figured, techniques } from '../figures.js';
import type { Cell, LabResult, ScenarioName } from '../result.js';
import { experimentText } from '../setting-texts.js';
import { nameOf } from './bars.js';
import { type Html, html } from './html.js';

/** From the median to p99.9, for all contestants in one experiment. */
export interface RangesView {
  readonly view: 'ranges';
  readonly title: string;
  readonly scenarios: readonly ScenarioName[];
}

const PARTS = ['p50Ms', 'p99Ms', 'p999Ms'] as const;

/** Latencies on one logarithmic scale, in a table with their numbers. `null` when nothing was measured. */
export function ranges(result: LabResult, { scenarios, title }: RangesView): Html | null {
  const cells = usual(result, scenarios, 'p50Ms');
  const [first] = cells;
  if (first === undefined) return null;
  const values = cells.flatMap((cell) => PARTS.flatMap((part) => figureOf(cell, part) ?? []));
  const [low, high] = [Math.max(0.05, Math.min(...values)) / 1.15, Math.max(...values, 0.1) * 1.15];
  const place = (value: number) => (Math.log(Math.max(value, low) / low) / Math.log(high / low)) * 100;
  const all = [...cells, ...failedBeside(result, first)].sort(
    (a, b) => techniques.indexOf(a.technique) - techniques.indexOf(b.technique),
  );
  return html`<figure>
<table class="chart ranges">
<caption><b>${title}</b> <span>${experimentText(first)}; the scale is logarithmic</span></caption>
<thead><tr><th scope="col">contestant</th><td></td><th class="number" scope="col">p50</th><th class="number" scope="col">p99</th><th class="number" scope="col">p99.9</th></tr></thead>
<tbody>${all.map((cell) => row(cell, place))}</tbody>
</table>
<figcaption>Dot: the median. Line: up to p99. Tick: p99.9.</figcaption>
</figure>`;
}

function row(cell: Cell, place: (value: number) => number): Html {
  const name = html`<th scope="row">${nameOf(cell)}</th>`;
  if (cell.failed !== null)
    return html`<tr class="failed">${name}<td class="why" colspan="4">failed: ${cell.failed}</td></tr>`;
  const [p50 = 0, p99 = p50, p999 = p99] = PARTS.map((part) => figureOf(cell, part));
  const percent = (value: number) => `${place(value).toFixed(2)}%`;
  const numbers = PARTS.map((part) => {
    const value = figureOf(cell, part);
    return html`<td class="number">${value === undefined ? '–' : figured(value, part)}</td>`;
  });
  return html`<tr class="${cell.kind}" style="--hue: var(--hue-${cell.technique})">${name}<td class="track"><span class="range"><i class="line" style="left: ${percent(p50)}; width: ${(place(p99) - place(p50)).toFixed(2)}%"></i><i class="tick" style="left: ${percent(p999)}"></i><i class="dot" style="left: ${percent(p50)}"></i></span></td>${numbers}</tr>`;
}
