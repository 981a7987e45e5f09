import { FIRST_SETTINGS, isStep, type RaceSettings, STEPS } from '../words/race.js';

/** What a visitor has set: whether the lanes run on a feed of his own, and how. */
export interface CourseSettings extends RaceSettings {
  /** Otherwise on the machine's figures, which all visitors share. */
  readonly isOwn: boolean;
}

/** What is run until somebody sets something. */
export const FIRST_COURSE: CourseSettings = { ...FIRST_SETTINGS, isOwn: false };

/** A race in which nothing is published, and nobody is there but the lanes. */
export function silent(settings: CourseSettings): CourseSettings {
  return { ...settings, isOwn: true, perSecond: 0, clients: 0 };
}

/** What was chosen during a silent minute, with what was run before it where nothing else was chosen. */
export function outOfSilence(chosen: CourseSettings, before: CourseSettings): CourseSettings {
  if (!chosen.isOwn) return chosen;
  const perSecond = chosen.perSecond === 0 ? before.perSecond : chosen.perSecond;
  const clients = chosen.clients === 0 ? before.clients : chosen.clients;
  const run = { ...chosen, perSecond, clients };
  // How often who polls asks is everybody's own. Where it is all that was chosen, the race is the one of before.
  const isPollAlone =
    chosen.pollMs !== before.pollMs && linkOf(run) === linkOf({ ...before, isOwn: true, pollMs: run.pollMs });
  return { ...run, isOwn: before.isOwn || !isPollAlone };
}

/** How the settings are called in a link. */
const NAMES: Readonly<Record<keyof RaceSettings, string>> = {
  perSecond: 'rate',
  bytes: 'bytes',
  pollMs: 'poll',
  clients: 'clients',
};

/** The part of a link after its `#`. The machine's figures have a rate and a size of their own, and no other clients. */
export function linkOf({ isOwn, ...settings }: CourseSettings): string {
  const names = isOwn ? SETTINGS : (['pollMs'] as const);
  return new URLSearchParams(names.map((name) => [NAMES[name], String(settings[name])])).toString();
}

/** Reads such a part; `null` when it holds what is no setting, or one that the page does not offer. */
export function readLink(hash: string): CourseSettings | null {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const given = new Map<string, number>();
  for (const [name, text] of query) {
    const setting = SETTINGS.find((known) => NAMES[known] === name);
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (setting === undefined || given.has(setting) || !isStep(setting, value)) return null;
    given.set(setting, value);
  }
  return { ...FIRST_COURSE, ...Object.fromEntries(given), isOwn: [...given.keys()].some((name) => name !== 'pollMs') };
}

const SETTINGS = Object.keys(STEPS).filter((name): name is keyof RaceSettings => Object.hasOwn(NAMES, name));
