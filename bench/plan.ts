import type { Contestant } from './contestant.js';
import { contestants } from './contestants/index.js';
import { UsageError } from './options.js';
import type { LabResult } from './result.js';
import type { Scenario } from './scenario.js';
import { scenarios } from './scenarios/index.js';
import type { Mode, Settings } from './settings.js';
import { settable, type Variation, varied } from './varied.js';

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
  /** Settings by hand; none is what the plan says. */
  readonly variations: readonly Variation[];
}

/** Starting a server and ending it, in seconds. */
const START_SECONDS = 0.7;

/**
 * Puts every question to everybody; those that are compared come one after the other.
 *
 * @throws UsageError when that would be nothing
 */
export function planOf({ mode, variations, ...choice }: Choice): Plan {
  const chosen = pick('contestant', contestants, choice.contestants);
  const reasons = chosen.map((contestant) => ({ contestant: contestant.name, reason: contestant.missing() }));
  const missing = reasons.flatMap(({ contestant, reason }) => (reason === null ? [] : [{ contestant, reason }]));
  const present = chosen.filter(({ name }) => !missing.some(({ contestant }) => contestant === name));
  const asked = pick('scenario', scenarios, choice.scenarios);
  for (const scenario of asked) mustKnow(scenario, mode, present, variations);
  const cells = asked.flatMap((scenario) => {
    const settings = present.map((contestant) => {
      return { contestant, all: varied(scenario.plan(mode, contestant), variations, scenario, contestant) };
    });
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

/** @throws UsageError for a setting that means nothing to anybody in a scenario */
function mustKnow(
  scenario: Scenario,
  mode: Mode,
  present: readonly Contestant[],
  variations: readonly Variation[],
): void {
  const known = new Set(
    present.flatMap((contestant) =>
      scenario.plan(mode, contestant).flatMap((settings) => settable(settings, scenario, contestant)),
    ),
  );
  const unknown = variations.flatMap(({ names }) => names).find((name) => !known.has(name));
  if (known.size === 0 || unknown === undefined) return;
  throw new UsageError(`The scenario ${scenario.name} has no setting "${unknown}"; it has ${[...known].join(', ')}.`);
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
