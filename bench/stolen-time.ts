import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { ticksPerSecond } from './process-usage.js';

/*
 * A virtual machine shares its host with others, and stands still while its processors are given to them: what happens meanwhile is late,
 * whoever is measured. Linux counts that time as "steal" (proc_stat(5)).
 */

/** Beyond which share a run is too much disturbed to be believed. */
export const DISTURBING = 0.05;

/** What is known of a run when it is over. */
export interface Disturbed {
  /**
   * Which share of the time of all processors was taken away meanwhile, from 0 to 1; `null` where the system does not say, or where
   * others ran beside it.
   */
  readonly stolen: number | null;
  readonly failed: string | null;
}

/** Begins to watch; what it returns says which share of the processors' time has been taken away since, as {@link Disturbed} has it. */
export function watchStolenTime(): () => number | null {
  const [before, begun] = [stolenTicks(statistics()), performance.now()];
  return () => {
    const now = stolenTicks(statistics());
    if (before === null || now === null) return null;
    const ticks = ((performance.now() - begun) / 1_000) * ticksPerSecond() * cpus().length;
    return (now - before) / ticks;
  };
}

/** The time that was taken from all processors together since the machine began, in the kernel's ticks. */
export function stolenTicks(statistics: string): number | null {
  const [, ticks] = /^cpu +(?:\d+ +){7}(\d+)/m.exec(statistics) ?? [];
  return ticks === undefined ? null : Number(ticks);
}

function statistics(): string {
  try {
    return readFileSync('/proc/stat', 'latin1');
  } catch {
    return '';
  }
}

/** Whether what came of a run says more of the machine than of who was measured. A failure is one, whatever the machine did. */
export function isDisturbed({ stolen, failed }: Disturbed): boolean {
  return failed === null && (stolen ?? 0) > DISTURBING;
}

/** Of a run that was disturbed and the one that was made in its place, the one that counts. */
export function lessDisturbed<Run extends Disturbed>(first: Run, second: Run): Run {
  return second.failed !== null || (second.stolen ?? 0) < (first.stolen ?? 0) ? second : first;
}
