import { figureOf, noiseOf, rivals, usual } from '../cells.js';
import { figureTexts, techniqueTexts, times } from '../figures.js';
import type { Cell, Figures, LabResult, ScenarioName, Technique } from '../result.js';
import { type Html, html } from './html.js';

/** The measures by which Pushgate is held against its peers. */
const measures: readonly {
  readonly name: string;
  readonly scenarios: readonly ScenarioName[];
  readonly figure: keyof Figures;
}[] = [
  { name: 'CPU per message, steady', scenarios: ['fan-out'], figure: 'cpuMicrosPerMessage' },
  { name: 'CPU per message of a burst', scenarios: ['burst'], figure: 'cpuMicrosPerMessage' },
  { name: 'messages per second at saturation', scenarios: ['saturation'], figure: 'messagesPerSecond' },
  { name: 'memory per idle connection', scenarios: ['idle'], figure: 'rssKiBPerConnection' },
  { name: 'CPU per connection made', scenarios: ['connecting', 'storm'], figure: 'cpuMicrosPerConnect' },
  { name: 'p99 latency, steady', scenarios: ['fan-out'], figure: 'p99Ms' },
];

const shown: readonly Technique[] = ['websocket', 'sse', 'long-polling'];

/** The run on one screen: Pushgate's ratio to its peers, technique by technique. `null` when there are no peers. */
export function overview(result: LabResult): Html | null {
  const rows = measures.flatMap(({ name, scenarios, figure }) => {
    const cells = usual(result, scenarios, figure);
    const ratios = shown.map((technique) => ratiosOf(cells, technique, figure));
    return ratios.some((list) => list.length > 0) ? [row(name, figure, ratios)] : [];
  });
  if (rows.length === 0) return null;
  const heads = shown.map(
    (technique) => html`<th scope="col" style="--hue: var(--hue-${technique})">${techniqueTexts[technique]}</th>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Pushgate to its peers">
<table class="overview">
<caption><b>Pushgate to its peers</b> <span>ratios within this run; a ratio within the runs’ own spread is grey</span></caption>
<thead><tr><td></td>${heads}</tr></thead>
<tbody>${rows}</tbody>
</table>
</div>`;
}

interface Ratio {
  readonly value: number;
  readonly rival: string;
  readonly verdict: 'better' | 'worse' | 'same';
}

function row(name: string, figure: keyof Figures, ratios: readonly (readonly Ratio[])[]): Html {
  const cells = ratios.map((list, index) => {
    const technique = shown[index] ?? 'websocket';
    const lines = list.map(
      ({ value, rival, verdict }) => html`<span class="ratio ${verdict}"><b>${times(value)}</b> ${rival}</span>`,
    );
    return html`<td data-technique="${techniqueTexts[technique]}" style="--hue: var(--hue-${technique})">${lines.length === 0 ? html`<span class="ratio same">not measured</span>` : lines}</td>`;
  });
  const aim = figureTexts[figure].better === 'more' ? 'more is better' : 'less is better';
  return html`<tr><th scope="row">${name}<small>${aim}</small></th>${cells}</tr>`;
}

function ratiosOf(cells: readonly Cell[], technique: Technique, figure: keyof Figures): Ratio[] {
  const ours = cells.find((cell) => cell.kind === 'pushgate' && cell.technique === technique);
  const own = ours === undefined ? undefined : figureOf(ours, figure);
  if (ours === undefined || own === undefined) return [];
  return rivals(cells, technique).flatMap((rival) => {
    const other = figureOf(rival, figure);
    if (other === undefined || other === 0) return [];
    const value = own / other;
    const same = Math.abs(value - 1) <= noiseOf(figure, ours, rival);
    const better = figureTexts[figure].better === 'more' ? value > 1 : value < 1;
    return [{ value, rival: rival.contestant, verdict: same ? 'same' : better ? 'better' : 'worse' }];
  });
}
