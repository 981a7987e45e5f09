import fc from 'fast-check';

/**
 * Runs a property. What fails is printed with its seed and path; `SEED=<seed> npm test -- <file>` runs the same cases
 * again, and with `SEED_PATH=<path>` beside it only the smallest one that failed.
 */
export function holds<Values>(property: fc.IAsyncProperty<Values>, runs: number): Promise<void> {
  return fc.assert(property, { numRuns: runs, ...replay() });
}

/** As {@link holds}, for a property that needs no promise. */
export function holdsAtOnce<Values>(property: fc.IProperty<Values>, runs: number): void {
  fc.assert(property, { numRuns: runs, ...replay() });
}

function replay(): { seed?: number; path?: string } {
  const { SEED: seed, SEED_PATH: path } = process.env;
  return { ...(seed === undefined ? {} : { seed: Number(seed) }), ...(path === undefined ? {} : { path }) };
}
