import type { Figures, LabResult, MachineFacts } from './result.js';

/** The processors as a person would write them: `2 × Intel Xeon Processor`. */
export function processorsText({ cores, processor }: MachineFacts): string {
  const name = processor
    .replaceAll(/\((R|TM)\)/gi, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return `${cores} × ${name}`;
}

/**
 * By how many per cent the runs of a cell are apart, in the figure that matters in its scenario or in another one, in the middle of
 * all cells; `null` when each was run once.
 */
export function middlingSpread({ cells }: LabResult, figure?: keyof Figures): number | null {
  const spreads = cells
    .filter((cell) => cell.failed === null && cell.runs > 1)
    .flatMap((cell) => (figure === undefined ? cell.spread : (cell.spreads[figure] ?? [])));
  const middling = spreads.sort((a, b) => a - b)[Math.floor(spreads.length / 2)];
  return middling === undefined ? null : Math.round(middling * 100);
}
