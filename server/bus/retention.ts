import { PushError } from '../../transports/error.js';
import type { Retention } from './bus.js';
import { DEFAULT_RETENTION } from './bus.js';

/**
 * What a log keeps, with the defaults for what was not said.
 * @throws PushError `BAD_REQUEST` for a bound that would keep nothing
 */
export function retentionOf(wanted: Partial<Retention> = {}): Retention {
  const { count, bytes, ageMs, totalBytes } = wanted;
  return {
    count: bound('count', count ?? DEFAULT_RETENTION.count),
    bytes: bound('bytes', bytes ?? DEFAULT_RETENTION.bytes),
    ageMs: bound('ageMs', ageMs ?? DEFAULT_RETENTION.ageMs),
    totalBytes: bound('totalBytes', totalBytes ?? DEFAULT_RETENTION.totalBytes),
  };
}

function bound(name: string, value: number): number {
  if (value > 0) return value;
  throw new PushError(
    'BAD_REQUEST',
    `"retention.${name}" is a number above 0, not ${value}; Infinity keeps everything.`,
  );
}
