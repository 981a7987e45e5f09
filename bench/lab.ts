import { LoadHandle, type TimedOutcome } from './load-handle.js';
import { cellOf } from './median.js';
import { canPin } from './pinning.js';
import { type PlannedCell, secondsOf } from './plan.js';
import type { Cell } from './result.js';
import { usuallyOnce } from './scenario.js';
import { isCentral } from './scenarios/settings.js';
import { isDisturbed, lessDisturbed } from './stolen-time.js';

/** Told how far it is. */
export interface Progress {
  /** @param doneSeconds the part of the estimate that is done */
  at(cell: PlannedCell, doneSeconds: number): void;
}

type Outcomes = ReadonlyMap<PlannedCell, TimedOutcome[]>;

/** How much of the estimate may be spent on running again what was disturbed. */
const SECOND_TRIES = 0.08;
/** Side by side; each is two processes. */
const LANES = 24;
/** Where no figure counts, as many as keep the machine busy. */
const SMOKE_LANES = 3;

/** How often a cell is run: those once of which that says enough, and the further peers, so that there is time for the others. */
function runsOf({ scenario, contestant, settings }: PlannedCell, runs: number): number {
  const { isOnce = usuallyOnce } = scenario;
  return isOnce(settings) || !isCentral(contestant) ? 1 : runs;
}

/** About how long all of it takes, in seconds. */
export function estimate(cells: readonly PlannedCell[], runs: number): number {
  const series = cells.filter(({ scenario }) => scenario.isParallel !== true);
  const parallel = Array.from({ length: runs }, (_, run) =>
    cells.filter((cell) => cell.scenario.isParallel === true && run < runsOf(cell, runs)),
  );
  return (
    series.reduce((sum, cell) => sum + secondsOf(cell) * runsOf(cell, runs), 0) +
    parallel.reduce((sum, group) => sum + sideBySideSeconds(group), 0)
  );
}

function sideBySideSeconds(group: readonly PlannedCell[]): number {
  return Math.ceil(group.length / LANES) * Math.max(0, ...group.map(secondsOf));
}

/**
 * Measures everything; what is compared is run in turn, so that what else the machine does falls on all of them. What was disturbed all
 * the same is run once more, behind the others, as long as there is time for it. Rejects when it is aborted, after everything
 * that was started has ended.
 */
export async function measure(
  cells: readonly PlannedCell[],
  runs: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly Cell[]> {
  const outcomes: Outcomes = new Map(cells.map((cell) => [cell, []]));
  const load = new LoadHandle(true);
  let done = 0;
  // One of them, at the least.
  let spare = Math.max(SECOND_TRIES * estimate(cells, runs), ...cells.map(secondsOf));
  const runOf = (cell: PlannedCell) => {
    progress.at(cell, done);
    return load.run(orderOf(cell, canPin()), signal);
  };
  try {
    for (const group of groupsOf(cells)) {
      for (let run = 0; run < runs; run++) {
        // Each time somebody else is the first.
        const turned = [...group.slice(run % group.length), ...group.slice(0, run % group.length)];
        const due = turned.filter((one) => run < runsOf(one, runs));
        const [first] = due;
        if (first?.scenario.isParallel === true) {
          progress.at(first, done);
          await sideBySide(due, LANES, outcomes, signal);
          done += sideBySideSeconds(due);
          continue;
        }
        for (const cell of due) {
          outcomes.get(cell)?.push(await runOf(cell));
          done += secondsOf(cell);
        }
        spare = await tryAgain(due, outcomes, spare, runOf);
      }
    }
  } finally {
    await load.end();
  }
  return cells.map((cell) => cellOf(cell, outcomes.get(cell) ?? []));
}

/**
 * Runs those once more of which the last run was disturbed, as long as there is time for it; the better of the two takes its place.
 * Resolves with the seconds that are left.
 */
export async function tryAgain(
  cells: readonly PlannedCell[],
  outcomes: Outcomes,
  seconds: number,
  run: (cell: PlannedCell) => Promise<TimedOutcome>,
): Promise<number> {
  let left = seconds;
  for (const cell of cells) {
    const all = outcomes.get(cell) ?? [];
    const first = all.at(-1);
    if (first === undefined || !isDisturbed(first) || left < secondsOf(cell)) continue;
    left -= secondsOf(cell);
    all[all.length - 1] = lessDisturbed(first, await run(cell));
  }
  return left;
}

function orderOf({ scenario, contestant, settings }: PlannedCell, isPinned: boolean) {
  return { scenario: scenario.name, contestant: contestant.name, settings, isPinned };
}

/** Runs everything once, several cells at a time: whether all of it works, and nothing else. */
export async function smoke(cells: readonly PlannedCell[], signal: AbortSignal): Promise<readonly Cell[]> {
  const outcomes: Outcomes = new Map(cells.map((cell) => [cell, []]));
  await sideBySide(cells, SMOKE_LANES, outcomes, signal);
  return cells.map((cell) => cellOf(cell, outcomes.get(cell) ?? []));
}

async function sideBySide(
  group: readonly PlannedCell[],
  lanes: number,
  outcomes: Outcomes,
  signal: AbortSignal,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    const load = new LoadHandle(false);
    try {
      for (let cell = group[next++]; cell !== undefined; cell = group[next++]) {
        const outcome = await load.run(orderOf(cell, false), signal);
        outcomes.get(cell)?.push({ ...outcome, stolen: null });
      }
    } finally {
      await load.end();
    }
  };
  // All of them, whatever becomes of one: none is to be left behind.
  const ends = await Promise.allSettled(Array.from({ length: Math.min(lanes, group.length) }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Cells that are compared with each other: of one scenario, and of one place in everybody's plan. */
function groupsOf(cells: readonly PlannedCell[]): PlannedCell[][] {
  const groups: PlannedCell[][] = [];
  let names = new Set<string>();
  for (const cell of cells) {
    const last = groups.at(-1);
    const isSame =
      last?.[0]?.scenario === cell.scenario && (cell.scenario.isParallel === true || !names.has(cell.contestant.name));
    if (last !== undefined && isSame) last.push(cell);
    else {
      groups.push([cell]);
      names = new Set();
    }
    names.add(cell.contestant.name);
  }
  return groups;
}
