import type { Contestant } from './contestant.js';
import { contestants } from './contestants/index.js';
import { UsageError } from './options.js';
import type { LabResult } from './result.js';
import type { Scenario } from './scenario.js';
import { scenarios } from './scenarios/index.js';
import type { Mode, Settings } from './settings.js';

/** What is to be measured. */
export interface PlannedCell {
  readonly scenario: Scenario;
  readonly contestant: Contestant;
  readonly settings: Settings;
}

/** Everything that is to be measured, and what cannot be. */
export interface Plan {
  readonly cells: readonly PlannedCell[];
  readonly contestants: readonly Contestant[];
  readonly missing: LabResult['missing'];
}

/** Which part of it; nothing named is everything. */
export interface Choice {
  readonly mode: Mode;
  readonly scenarios: readonly string[];
  readonly contestants: readonly string[];
}

/** Starting a server and ending it, in seconds. */
const START_SECONDS = 0.7;

/**
 * Puts every question to everybody; those that are compared come one after the other.
 *
 * @throws UsageError when that would be nothing
 */
export function planOf({ mode, ...choice }: Choice): Plan {
  const chosen = pick('contestant', contestants, choice.contestants);
  const reasons = chosen.map((contestant) => ({ contestant: contestant.name, reason: contestant.missing() }));
  const missing = reasons.flatMap(({ contestant, reason }) => (reason === null ? [] : [{ contestant, reason }]));
  const present = chosen.filter(({ name }) => !missing.some(({ contestant }) => contestant === name));
  const cells = pick('scenario', scenarios, choice.scenarios).flatMap((scenario) => {
    const settings = present.map((contestant) => ({ contestant, all: scenario.plan(mode, contestant) }));
    const most = Math.max(0, ...settings.map(({ all }) => all.length));
    return Array.from({ length: most }, (_, index) =>
      settings.flatMap(({ contestant, all }) => {
        const one = all[index];
        return one === undefined ? [] : [{ scenario, contestant, settings: one }];
      }),
    ).flat();
  });
  if (cells.length === 0) {
    const [first] = missing;
    const why = first === undefined ? 'None of these scenarios is for any of these contestants' : 'Nobody is left';
    throw new UsageError(first === undefined ? `${why}.` : `${why}: ${first.contestant} is missing, ${first.reason}.`);
  }
  return { cells, contestants: present, missing };
}

/** About how long one run of a cell takes, with everything around it. */
export function secondsOf({ scenario, settings }: PlannedCell): number {
  return START_SECONDS + scenario.seconds(settings);
}

/** @throws UsageError for a name that nothing has */
function pick<Named extends { readonly name: string }>(
  what: string,
  all: readonly Named[],
  names: readonly string[],
): Named[] {
  const known = all.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) throw new UsageError(`There is no ${what} "${name}"; there are ${known.join(', ')}.`);
  }
  return all.filter(({ name }) => names.length === 0 || names.includes(name));
}
