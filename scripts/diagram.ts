import type { Act } from '../demo/site/anatomy/subjects.js';

/** Wide enough for its labels, and narrow enough for a phone. */
const WIDTH = 360;
const BROWSER = 44;
const SERVER = WIDTH - 44;
const TOP = 44;
const ROW = 46;

const middle = (BROWSER + SERVER) / 2;

/**
 * Draws what goes between a browser and a server, from top to bottom, one row for each step. It repeats what the list of
 * steps beside it says, so that a screen reader is not given it as well.
 */
export function diagram(acts: readonly Act[], labels: readonly string[], ends: readonly [string, string]): string {
  const height = TOP + acts.length * ROW + 12;
  const rows = acts.map((act, index) => row(act, index, labels[index] ?? ''));
  const openFrom = acts.indexOf('open');
  const cut = acts.indexOf('cut');
  const openTo = cut < 0 ? height - 8 : at(cut);
  const open =
    openFrom < 0
      ? ''
      : `<path class="held" d="M${BROWSER} ${at(openFrom)}V${openTo}M${SERVER} ${at(openFrom)}V${openTo}"/>`;
  return `<svg class="diagram" viewBox="0 0 ${WIDTH} ${height}" aria-hidden="true">
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>
<path class="life" d="M${BROWSER} 28V${height - 8}M${SERVER} 28V${height - 8}"/>
${open}
${end(BROWSER, ends[0])}
${end(SERVER, ends[1])}
${rows.join('\n')}
</svg>`;
}

function at(index: number): number {
  return TOP + index * ROW + 26;
}

function end(x: number, name: string): string {
  return `<g class="end"><rect x="${x - 42}" y="2" width="84" height="26" rx="6"/><text x="${x}" y="20">${name}</text></g>`;
}

function row(act: Act, index: number, label: string): string {
  const y = at(index);
  const group = (inner: string) => `<g class="act ${act}" data-step="${index}">${inner}</g>`;
  const text = `<text x="${middle}" y="${y - 7}">${index + 1} · ${label}</text>`;
  switch (act) {
    case 'up':
      return group(`<path class="arrow" d="M${BROWSER + 3} ${y}H${SERVER - 4}"/>${text}`);
    case 'down':
    case 'open':
      return group(`<path class="arrow" d="M${SERVER - 3} ${y}H${BROWSER + 4}"/>${text}`);
    case 'browser-waits':
      return group(`${wait(BROWSER, y)}${text}`);
    case 'server-waits':
      return group(`${wait(SERVER, y)}${text}`);
    case 'cut':
      return group(`<path class="broken" d="M${middle - 6} ${y - 1}l12 12m0 -12l-12 12"/>${text}`);
    case 'event':
      return group(`<path class="spark" d="M${SERVER - 7} ${y - 7}l7 -7l7 7l-7 7z"/>${text}`);
    default:
      return act satisfies never;
  }
}

function wait(x: number, y: number): string {
  return `<rect class="wait" x="${x - 6}" y="${y - 20}" width="12" height="32" rx="6"/>`;
}
