import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOUR_MS = 3_600_000;
let isSwept = false;

/**
 * A new empty directory for temporary files, for whoever removes it again with `removeFolder`. The name says whose it is:
 * a process that was killed removes nothing, and the next one that comes by does it in its place.
 */
export function scratchFolder(): string {
  if (!isSwept) sweep(tmpdir());
  isSwept = true;
  return mkdtempSync(join(tmpdir(), `pushgate-${process.pid}-`));
}

/** Removes a directory with all that is in it. */
export function removeFolder(folder: string): void {
  // Somebody who was killed may still have been writing while it was looked through.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes what is left of processes that are there no longer, in the folder where all of them have theirs. */
export function sweep(all: string): void {
  for (const name of readdirSync(all)) {
    const owner = /^pushgate-(\d+)-\w{6}$/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    const folder = join(all, name);
    // Where several machines share the folder, or containers, an owner may run on another one.
    if (!isOld(folder)) continue;
    try {
      removeFolder(folder);
    } catch {
      // Another process may be at it as well, or it may be another user's.
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's. Not by the error's class: under Jest it is of another realm.
    return String(error).includes('EPERM');
  }
}

function isOld(folder: string): boolean {
  const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  return Date.now() - mtimeMs > HOUR_MS;
}
