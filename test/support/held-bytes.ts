import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// The collector, without a flag on the command line.
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** What this process holds inside and outside of the heap when garbage was collected, in bytes. */
export async function heldBytes(): Promise<number> {
  // What lies outside of the heap goes with the second collection.
  for (let times = 0; times < 2; times++) {
    collect();
    await nextTurn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
