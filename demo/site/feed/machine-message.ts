import type { Json } from '../../../client/index.js';
import type { MachineFigures } from '../words/machine-figures.js';

/**
 * The figures in a message; `null` when it holds something else. Anybody may publish on the channel, so that a message
 * is looked at before the page reckons with it.
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
    Number.isFinite(at) &&
    hasNumbers(cpu, 'machine', 'process') &&
    hasNumbers(memory, 'resident', 'heap', 'used', 'total') &&
    hasNumbers(loop, 'p50', 'p99') &&
    isObject(connections) &&
    hasNumbers(connections, ...Object.keys(connections))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasNumbers(value: unknown, ...names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => Number.isFinite(value[name]));
}
