import fc from 'fast-check';

/**
 * Runs a property. What fails is printed with its seed and path; `SEED=<seed> npm test -- <file>` runs the same cases
 * again.
 */
export function holds<Values>(property: fc.IAsyncProperty<Values>, runs: number): Promise<void> {
  return fc.assert(property, { numRuns: runs, ...replay() });
}

/** As {@link holds}, for a property that needs no promise. */
export function holdsAtOnce<Values>(property: fc.IProperty<Values>, runs: number): void {
  fc.assert(property, { numRuns: runs, ...replay() });
}

function replay(): { seed?: number } {
  const seed = process.env['SEED'];
  return seed === undefined ? {} : { seed: Number(seed) };
}
