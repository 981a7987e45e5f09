import { rounded } from '../figures.js';
import type { LabResult } from '../result.js';
import { DISTURBING, isDisturbed } from '../stolen-time.js';
import { type Html, html } from './html.js';

/** Where it was measured, as a strip of tiles. */
export function machineStrip({ machine, startedAt, seconds, mode, cells, revision = null }: LabResult): Html {
  const failed = cells.filter((cell) => cell.failed !== null).length;
  const tile = (name: string, figure: string, note: string) =>
    html`<div><dt>${name}</dt><dd><span class="figure">${figure}</span><span class="note">${note}</span></dd></div>`;
  return html`<dl class="machine">
${tile('machine', `${machine.cores} × CPU`, `${machine.processor}, ${rounded(machine.memoryGiB)} GiB`)}
${tile('software', `Node ${machine.node.replace(/^v/, '')}`, machine.platform)}
${tile('this run', durationText(seconds), `${mode}, ${dateText(startedAt)}${revision === null ? '' : `, at ${revision}`}`)}
${tile('cells', rounded(cells.length), failed === 0 ? 'none failed' : `${failed} failed`)}
</dl>`;
}

/** Versions, what is missing, and how far to trust the figures. */
export function environment(result: LabResult): Html {
  const { machine, missing } = result;
  const versions = Object.entries(machine.versions).map(
    ([name, version]) => html`<div><dt>${name}</dt><dd>${version}</dd></div>`,
  );
  const absent = missing.map(({ contestant, reason }) => html`<li><b>${contestant}</b>: ${reason}</li>`);
  return html`<p>${
    machine.pinned
      ? 'Server and load had a core each to themselves.'
      : 'Server and load were not pinned to cores of their own: expect more noise than on a machine where they can be.'
  } ${noiseText(result)}${disturbanceText(result)}</p>
${versions.length === 0 ? null : html`<h3>Versions</h3><dl class="versions">${versions}</dl>`}
${absent.length === 0 ? null : html`<h3>Not on this machine</h3><ul class="plain">${absent}</ul>`}`;
}

/** What the spread of the runs says about small differences. */
function noiseText({ cells }: LabResult): string {
  const repeated = cells.filter((cell) => cell.failed === null && cell.runs > 1);
  const spreads = repeated.map((cell) => cell.spread).sort((a, b) => a - b);
  const at = (part: number) => Math.round((spreads[Math.floor((spreads.length - 1) * part)] ?? 0) * 100);
  if (spreads.length === 0) {
    return 'Every cell was run once, so the run does not know its own noise: believe large ratios, and nothing below a quarter.';
  }
  const runs = Math.max(...repeated.map((cell) => cell.runs));
  return (
    `A figure is the median of up to ${runs} runs. They lay at most ${at(0.5)} % apart in half of the cells, and ${at(0.9)} % in nine of ten: ` +
    'compare figures within this page only, and make nothing of smaller differences. Absolute figures drift by a third from hour to hour.'
  );
}

/** How often the machine was somebody else's for a while. */
function disturbanceText({ cells }: LabResult): string {
  const known = cells.flatMap(({ stolen, failed }) => (stolen === undefined || failed !== null ? [] : [stolen]));
  // A machine of its own counts as well, and nothing.
  if (!known.some((stolen) => stolen > 0)) return '';
  const disturbed = known.filter((stolen) => isDisturbed({ stolen, failed: null })).length;
  const rest =
    disturbed === 0
      ? 'none of these is left among the figures.'
      : `${rounded(disturbed)} of ${rounded(known.length)} cells have one in them all the same, and their tails say nothing: the numbers name what was stolen.`;
  return ` This machine shares its processors with others, and counts what is taken from it. A run from which more than ${rounded(100 * DISTURBING)} % was taken was made once more while there was time; ${rest}`;
}

/** A date as it is read anywhere. */
export function dateText(startedAt: string): string {
  const date = new Date(startedAt);
  return Number.isNaN(date.getTime()) ? startedAt : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function durationText(seconds: number): string {
  return seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
