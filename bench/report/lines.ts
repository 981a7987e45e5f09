import { alongSetting, type Course, failedAlong, figureOf, settingOf } from '../cells.js';
import { figureTexts, techniques } from '../figures.js';
import type { Cell, Kind, LabResult } from '../result.js';
import { experimentText, settingText, tickText } from '../setting-texts.js';
import { type Html, html, json } from './html.js';
import type { Plot, PlotLine } from './page/plot.js';

/** One figure along a setting, a line for each contestant. */
export interface LinesView extends Course {
  readonly view: 'lines';
  readonly title: string;
  /** For what grows in proportion to the setting: only a linear axis shows that. @default by how far the values lie apart */
  readonly scale?: 'linear';
}

/** An axis whose ends are so many times apart shows nothing of its lower half unless it is logarithmic. */
const FAR = 30;

const strokes: Readonly<Record<Kind, Pick<PlotLine, 'dash' | 'width'>>> = {
  pushgate: { dash: [], width: 3 },
  peer: { dash: [8, 4], width: 1.75 },
  control: { dash: [2, 3], width: 1.75 },
};

/** A plot for the script in the page. `null` when there are no two points of one contestant. */
export function lines(result: LabResult, view: LinesView): Html | null {
  const cells = alongSetting(result, view);
  const [first] = cells;
  if (first === undefined) return null;
  const failed = failedAlong(result, view, first).map(
    (cell) =>
      html`<li>${cell.contestant}, ${settingText(view.along, settingOf(cell, view.along) ?? 0)}: failed: ${cell.failed}</li>`,
  );
  return html`<figure>
<div class="caption"><b>${view.title}</b> <span>${experimentText(first, [view.along, ...(view.beside ?? [])])}</span></div>
<div class="plot" data-plot><script type="application/json">${json(plotOf(cells, view))}</script></div>
${failed.length === 0 ? null : html`<ul class="failed-here">${failed}</ul>`}
</figure>`;
}

function plotOf(cells: readonly Cell[], { figure, along, title, scale }: LinesView): Plot {
  const at = [...new Set(cells.map((cell) => settingOf(cell, along) ?? 0))].sort((a, b) => a - b);
  const names = [...new Set(cells.map((cell) => cell.contestant))];
  const drawn = names
    .map((name) => cells.filter((cell) => cell.contestant === name))
    .filter((own): own is [Cell, ...Cell[]] => own.length > 0)
    .sort(([a], [b]) => techniques.indexOf(a.technique) - techniques.indexOf(b.technique))
    .map((own): PlotLine => {
      const [{ contestant, technique, kind }] = own;
      const value = (x: number) => own.find((cell) => settingOf(cell, along) === x);
      return {
        name: contestant,
        hue: `--hue-${technique}`,
        ...strokes[kind],
        values: at.map((x) => {
          const cell = value(x);
          return cell === undefined ? null : (figureOf(cell, figure) ?? null);
        }),
      };
    });
  const values = drawn.flatMap((line) => line.values.filter((value) => value !== null));
  return {
    label: `${title}: ${names.length} contestants.`,
    x: {
      scale: far(at) ? 'log' : 'linear',
      at,
      ticks: at.map((value) => tickText(along, value)),
      texts: at.map((value) => settingText(along, value)),
    },
    y: { scale: scale ?? (far(values) ? 'log' : 'linear'), unit: figureTexts[figure].unit },
    lines: drawn,
  };
}

function far(values: readonly number[]): boolean {
  const least = Math.min(...values);
  return least > 0 && Math.max(...values) / least > FAR;
}
