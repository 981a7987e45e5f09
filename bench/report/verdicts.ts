import { techniqueTexts } from '../figures.js';
import type { LabResult } from '../result.js';
import { claims } from './claims.js';
import { type Html, html } from './html.js';

/** The usual pros and cons, each with what was measured. */
export function verdicts(result: LabResult): Html {
  const groups = claims.map(({ technique, claims: own }) => {
    const rows = own.map(({ side, claim, check }) => {
      const { verdict, why } = check(result);
      const kind = verdict.replaceAll(' ', '-');
      return html`<tr><td class="side">${side}</td><th scope="row">${claim}</th><td class="verdict ${kind}"><i aria-hidden="true"></i>${verdict}</td><td class="why">${why}</td></tr>`;
    });
    return html`<tbody style="--hue: var(--hue-${technique})"><tr><th colspan="4" scope="rowgroup">${techniqueTexts[technique]}</th></tr>${rows}</tbody>`;
  });
  return html`<table class="verdicts">
<thead><tr><th scope="col">said</th><th scope="col">claim</th><th scope="col">verdict</th><th scope="col">measured</th></tr></thead>
${groups}
</table>`;
}
