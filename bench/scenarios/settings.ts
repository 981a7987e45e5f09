import type { Contestant } from '../contestant.js';
import type { Mode, Settings } from '../settings.js';

/** The pause between two polls, where there is one. */
export function pollMsOf({ technique }: Contestant, pollMs: number): Settings {
  return technique === 'polling' ? { pollMs } : {};
}

/** The same over a distance: the time of one transit, each way. */
export function delayed(mode: Mode, settings: Settings): readonly Settings[] {
  return mode === 'full' ? [50, 200].map((delayMs) => ({ ...settings, delayMs })) : [];
}

/** What stands for the others in a quick run. */
const QUICK: readonly string[] = ['pushgate websocket', 'pushgate sse', 'pushgate long-polling'];

/** In a quick run, questions beside the main ones are put to some only. */
export function isChosen(mode: Mode, { name }: Contestant, others: readonly string[] = []): boolean {
  return mode !== 'quick' || QUICK.includes(name) || others.includes(name);
}
