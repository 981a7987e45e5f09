import { expect } from '@jest/globals';
import fc from 'fast-check';

/**
 * Runs a property, and prints its seed before: what fails may take longer to be made small than the test may take.
 * `SEED=<seed> npm test -- <file>` runs the same cases again, and with `SEED_PATH=<path>`, which a failure prints, only
 * the smallest one that failed.
 */
export function holds<Values>(property: fc.IAsyncProperty<Values>, runs: number): Promise<void> {
  return fc.assert(property, { numRuns: runs, ...replay() });
}

/** As {@link holds}, for a property that needs no promise. */
export function holdsAtOnce<Values>(property: fc.IProperty<Values>, runs: number): void {
  fc.assert(property, { numRuns: runs, ...replay() });
}

function replay(): { seed: number; path?: string } {
  const { SEED: given, SEED_PATH: path } = process.env;
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  process.stderr.write(`seed ${seed}: ${expect.getState().currentTestName}\n`);
  return { seed, ...(path === undefined ? {} : { path }) };
}
