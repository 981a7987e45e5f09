import { SingleBar } from 'cli-progress';
import { estimate, type Progress } from './lab.js';
import type { PlannedCell } from './plan.js';

/** Measures with a bar that says what is left. */
export async function withBar<T>(
  planned: readonly PlannedCell[],
  runs: number,
  measuring: (progress: Progress) => Promise<T>,
): Promise<T> {
  const begun = Date.now();
  const whole = estimate(planned, runs);
  console.log(`${planned.length} cells: about ${durationText(whole)}`);
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {left} left | {cell}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
    // For a log, a line now and then.
    noTTYOutput: true,
    notTTYSchedule: 30_000,
  });
  bar.start(Math.ceil(whole), 0, { left: '', cell: '' });
  try {
    return await measuring({
      at: ({ scenario, contestant }, done) => {
        const spent = (Date.now() - begun) / 1_000;
        // What is left takes as much longer than expected as what is done has.
        const left = done < 5 ? whole - done : (whole - done) * (spent / done);
        bar.update(done, { left: durationText(left), cell: `${scenario.name}: ${contestant.name}` });
      },
    });
  } finally {
    bar.stop();
  }
}

function durationText(seconds: number): string {
  return seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
