import { reasonText } from '../transports/reason-text.js';
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

/** What runs; it may not have started yet. */
let trial: Promise<Trial> | null = null;

process.on('message', (order: CellOrder) => {
  void perform(order).then((outcome) => {
    if (process.connected) process.send?.(outcome);
  });
});
// Whoever ends the lab ends the load, and its server; Ctrl-C comes to all processes of a terminal, and is the lab's affair.
process.once('disconnect', () => void end().finally(() => process.exit()));
process.on('SIGINT', () => undefined);

async function end(): Promise<void> {
  const running = await trial?.catch(() => null);
  await running?.end();
}

async function perform({ scenario, contestant, settings, isPinned }: CellOrder): Promise<CellOutcome> {
  let running: Trial | null = null;
  try {
    trial = Trial.start(contestantOf(contestant), settings, isPinned);
    running = await trial;
    const figures = await scenarioOf(scenario).run(running);
    return { figures, counts: running.counts(), failed: running.failure() };
  } catch (error) {
    const failed = reasonText(error);
    return { figures: {}, counts: running?.counts() ?? NOTHING, failed };
  } finally {
    await running?.end();
    trial = null;
  }
}
