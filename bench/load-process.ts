import { contestantOf } from './contestants/index.js';
import type { Counts, Figures } from './result.js';
import { scenarioOf } from './scenarios/index.js';
import type { Settings } from './settings.js';
import { Trial } from './trial.js';

/*
 * The process that loads: it starts a server for each cell, subscribes to it over raw sockets, and counts. It lives on from
 * cell to cell, so that what measures is warm, whatever is measured.
 */

/** One run of one cell. */
export interface CellOrder {
  readonly scenario: string;
  readonly contestant: string;
  readonly settings: Settings;
  readonly isPinned: boolean;
}

/** What came of it. */
export interface CellOutcome {
  readonly figures: Figures;
  readonly counts: Counts;
  readonly failed: string | null;
}

const NOTHING: Counts = { expected: 0, delivered: 0, lost: 0, repeated: 0, disordered: 0 };

let trial: Trial | null = null;

process.on('message', (order: CellOrder) => {
  void perform(order).then((outcome) => {
    if (process.connected) process.send?.(outcome);
  });
});
process.once('disconnect', () => void (trial?.end() ?? Promise.resolve()).finally(() => process.exit()));

async function perform({ scenario, contestant, settings, isPinned }: CellOrder): Promise<CellOutcome> {
  try {
    trial = await Trial.start(contestantOf(contestant), settings, isPinned);
    const figures = await scenarioOf(scenario).run(trial);
    return { figures, counts: trial.counts(), failed: trial.failure() };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    return { figures: {}, counts: trial?.counts() ?? NOTHING, failed };
  } finally {
    await trial?.end();
    trial = null;
  }
}
