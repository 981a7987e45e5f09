import { nearestToUsual } from './cells.js';
import type { Contestant } from './contestant.js';
import type { Scenario } from './scenario.js';
import type { Settings } from './settings.js';

/** Settings to be put in the place of planned ones: each of the values is given to all of the names. */
export interface Variation {
  readonly names: readonly string[];
  readonly values: readonly number[];
}

/** What every scenario can be set to, though no plan says it. */
const EVERYWHERE = ['delayMs', 'keep'];

/**
 * What of a plan is measured when settings are given by hand: the cell that the documents speak of, once with each of the
 * values; with several variations, with each value of the one and each of the other. Without one it is the plan itself. A setting
 * that somebody else's cell has, but not this one, such as the interval of polls, changes nothing here.
 */
export function varied(
  planned: readonly Settings[],
  variations: readonly Variation[],
  scenario: Scenario,
  contestant: Contestant,
): Settings[] {
  if (variations.length === 0) return [...planned];
  const usual = nearestToUsual(planned.filter((settings) => scenario.isApart?.(settings) !== true));
  if (usual === undefined) return [];
  const known = settable(usual, scenario, contestant);
  const changes = variations
    .map(({ names, values }) => ({ names: names.filter((name) => known.includes(name)), values }))
    .filter(({ names }) => names.length > 0);
  return changes.reduce<Settings[]>(
    (all, { names, values }) =>
      all.flatMap((settings) =>
        values.map((value) => ({ ...settings, ...Object.fromEntries(names.map((name) => [name, value])) })),
      ),
    [usual],
  );
}

/** The names of what a cell can be set to. */
export function settable(settings: Settings, scenario: Scenario, contestant: Contestant): string[] {
  const further = [...(scenario.further ?? []), ...(contestant.further ?? [])];
  return [...new Set([...Object.keys(settings), ...further, ...EVERYWHERE])];
}
