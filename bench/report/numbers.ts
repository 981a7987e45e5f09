import { figureOf } from '../cells.js';
import { figureNames, figureTexts, rounded } from '../figures.js';
import type { Cell, Counts } from '../result.js';
import { settingsText } from '../setting-texts.js';
import { Html, html } from './html.js';

/** All numbers of some cells; `null` when there are none. */
export function numbers(cells: readonly Cell[], shown: 'open' | 'folded' = 'folded'): Html | null {
  if (cells.length === 0) return null;
  const columns = figureNames.filter((name) => cells.some((cell) => figureOf(cell, name) !== undefined));
  const heads = columns.map((name) => {
    const { name: text, unit } = figureTexts[name];
    return html`<th scope="col">${text}${unit === '' || unit.startsWith('/') ? '' : `, ${unit}`}</th>`;
  });
  const rows = cells.map((cell) => {
    const name = html`<th scope="row">${cell.contestant}</th><td class="text">${cell.scenario}: ${settingsText(cell.settings)}</td>`;
    if (cell.failed !== null) {
      const why = `failed: ${cell.failed}${countsText(cell.counts)}`;
      return html`<tr class="failed">${name}<td class="text why" colspan="${columns.length + 4}">${why}</td></tr>`;
    }
    const values = columns.map((column) => {
      const value = figureOf(cell, column);
      return html`<td>${value === undefined ? '' : rounded(value)}</td>`;
    });
    const { delivered } = cell.counts;
    return html`<tr>${name}${values}<td>${rounded(delivered)}</td><td>${cell.runs}</td><td>${cell.runs > 1 ? `± ${rounded(Math.round(cell.spread * 50))} %` : ''}</td><td>${cell.stolen === undefined ? '' : `${rounded(Math.round(cell.stolen * 100))} %`}</td></tr>`;
  });
  return html`<details class="numbers"${shown === 'open' ? new Html(' open') : null}>
<summary>All numbers: ${cells.length === 1 ? 'one cell' : `${cells.length} cells`}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="All numbers">
<table><thead><tr><th scope="col">contestant</th><th scope="col">scenario and settings</th>${heads}<th scope="col">messages</th><th scope="col">runs</th><th scope="col">spread</th><th scope="col">stolen</th></tr></thead>
<tbody>${rows}</tbody></table>
</div>
</details>`;
}

/** What went wrong with the messages of a cell, if something did. */
export function countsText({ expected, delivered, lost, repeated, disordered }: Counts): string {
  if (lost + repeated + disordered === 0) return '';
  return ` (of ${rounded(expected)} messages ${rounded(delivered)} arrived; ${lost} lost, ${repeated} repeated, ${disordered} out of order)`;
}
