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

/** The same for a side question: a control has as many transits as the product over the same technique, and is left out. */
export function farther(mode: Mode, contestant: Contestant, settings: Settings): readonly Settings[] {
  return isCentral(contestant) && contestant.kind !== 'control' ? delayed(mode, settings) : [];
}

/** Whether it is one of those by which the product is measured: further peers are asked the main questions only. */
export function isCentral({ name }: Contestant): boolean {
  return !/^(sockjs|nchan|mosquitto)/.test(name);
}

/** What stands for the others in a quick run. */
const QUICK = 'pushgate websocket';

/** Beside the main questions, a quick run asks some only, and a full one the central contestants. */
export function isChosen(mode: Mode, contestant: Contestant, others: readonly string[] = []): boolean {
  const { name } = contestant;
  return mode === 'quick' ? name === QUICK || others.includes(name) : isCentral(contestant);
}
