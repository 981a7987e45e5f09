import type { TimedOutcome } from './load-handle.js';
import type { PlannedCell } from './plan.js';
import type { Cell, Figures } from './result.js';

/** Of runs of one cell, the median of each figure, and how much they differed; it has failed when one of them has. */
export function cellOf({ scenario, contestant, settings }: PlannedCell, runs: readonly TimedOutcome[]): Cell {
  const failed = runs.find((run) => run.failed !== null);
  const names = new Set(runs.flatMap(({ figures }) => Object.keys(figures) as (keyof Figures)[]));
  const figures: Partial<Record<keyof Figures, number>> = {};
  const spreads: Partial<Record<keyof Figures, number>> = {};
  for (const name of names) {
    const values = valuesOf(runs, name);
    figures[name] = median(values);
    spreads[name] = spreadOf(values);
  }
  const [counts] = failed === undefined ? runs.map((run) => run.counts) : [failed.counts];
  return {
    scenario: scenario.name,
    contestant: contestant.name,
    kind: contestant.kind,
    technique: contestant.technique,
    settings,
    figures: failed === undefined ? figures : {},
    counts: counts ?? { expected: 0, delivered: 0, lost: 0, repeated: 0, disordered: 0 },
    runs: runs.length,
    seconds: Math.round(runs.reduce((sum, run) => sum + run.seconds, 0) * 10) / 10,
    ...stolenOf(runs),
    spread: spreads[scenario.figure(contestant)] ?? 0,
    spreads: failed === undefined ? spreads : {},
    failed: failed?.failed ?? null,
  };
}

/** What was taken from the run from which most was taken, if that is known. */
function stolenOf(runs: readonly TimedOutcome[]): Pick<Cell, 'stolen'> {
  const known = runs.flatMap(({ stolen }) => (stolen === null ? [] : [stolen]));
  return known.length === 0 ? {} : { stolen: Math.round(Math.max(...known) * 1_000) / 1_000 };
}

function valuesOf(runs: readonly TimedOutcome[], name: keyof Figures): number[] {
  return runs.map(({ figures }) => figures[name]).filter((value) => value !== undefined);
}

function spreadOf(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / (median(values) || 1);
}

/** The value in the middle; between the two in the middle, half way. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
