import { pino } from 'pino';
import type { Logger } from '../logger.js';

/** What is kept of lines that cannot be written, in bytes; what comes then is left out until they are. */
const KEPT_BYTES = 1024 * 1024;

/**
 * Where `pushgate serve` tells what happens: standard error. It may be a file on a full disk, or a pipe that is full: that
 * is waited for by nobody, and ends nothing. What could not be written is tried again with the next line.
 */
export function openLog(level: string): Logger {
  const output = pino.destination({ dest: 2, sync: true, maxLength: KEPT_BYTES, retryEAGAIN: () => false });
  // Without a listener it would throw, at whoever has something to tell.
  output.on('error', () => undefined);
  return pino({ level }, output);
}
