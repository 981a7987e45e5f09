import type { Json } from '../../../client/index.js';
import { isObject } from '../../../transports/is-object.js';
import type { MachineFigures } from '../words/machine-figures.js';

/** More than any machine has; a figure beyond it would not fit on the page either. */
const MOST = { cores: 1_024, bytes: 1e14, delayMs: 1e6, connections: 1e6, transports: 32 };

/**
 * The figures in a message; `null` when it holds something else, or figures that no machine can have. Anybody may
 * publish on the channel, so that a message is looked at before the page reckons with it.
 */
export function readFigures(data: Json): MachineFigures | null {
  return isFigures(data) ? data : null;
}

function isFigures(data: unknown): data is MachineFigures {
  if (!isObject(data)) return false;
  const { run, number, at, cpu, memory, loop, connections } = data;
  return (
    typeof run === 'string' &&
    Number.isSafeInteger(number) &&
    isWithin(number, 1, Number.MAX_SAFE_INTEGER) &&
    isWithin(at, 0, Number.MAX_SAFE_INTEGER) &&
    isObject(cpu) &&
    isWithin(cpu['machine'], 0, 1) &&
    // Of one core: a process with several threads can use more than that.
    isWithin(cpu['process'], 0, MOST.cores) &&
    isObject(memory) &&
    ['resident', 'heap', 'used', 'total'].every((name) => isWithin(memory[name], 0, MOST.bytes)) &&
    isObject(loop) &&
    ['p50', 'p99'].every((name) => isWithin(loop[name], 0, MOST.delayMs)) &&
    isObject(connections) &&
    Object.keys(connections).length <= MOST.transports &&
    Object.values(connections).every((count) => Number.isInteger(count) && isWithin(count, 0, MOST.connections))
  );
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}
