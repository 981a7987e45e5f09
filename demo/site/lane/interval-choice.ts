import { stamp } from '../page/part.js';
import { fixed } from '../texts/figures.js';
import { raceTexts } from '../texts/texts.js';

const INTERVALS_MS = [500, 1_000, 2_000, 5_000, 10_000];

/** How often the first lane asks. */
export const FIRST_INTERVAL_MS = 2_000;

/** A choice of polling intervals; `choose` gets milliseconds. */
export function intervalChoice(choose: (ms: number) => void): HTMLSelectElement {
  const select = stamp('interval', HTMLSelectElement);
  for (const ms of INTERVALS_MS) {
    const text = raceTexts.lanes.seconds(fixed(ms / 1_000, ms < 1_000 ? 1 : 0));
    const chosen = ms === FIRST_INTERVAL_MS;
    select.append(new Option(text, String(ms), chosen, chosen));
  }
  select.addEventListener('change', () => choose(Number(select.value)));
  return select;
}
