import type { Contestant } from '../contestant.js';
import type { Mode, Settings } from '../scenario.js';

/** The pause between two polls, where there is one. */
export function pollMsOf({ technique }: Contestant, pollMs: number): Settings {
  return technique === 'polling' ? { pollMs } : {};
}

/** The same over a distance: the time of one transit, each way. */
export function delayed(mode: Mode, settings: Settings): readonly Settings[] {
  return mode === 'full' ? [50, 200].map((delayMs) => ({ ...settings, delayMs })) : [];
}

/** In a quick run, questions beside the main ones are put to the product and to those that it is compared with most. */
export function isChosen(mode: Mode, { kind, name }: Contestant, others: readonly string[] = []): boolean {
  return mode !== 'quick' || kind === 'pushgate' || others.includes(name);
}
