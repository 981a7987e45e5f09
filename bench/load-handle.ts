import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CellOrder, CellOutcome } from './load-process.js';
import { endProcess, forkOn } from './pinning.js';
import { type Disturbed, watchStolenTime } from './stolen-time.js';

const LOAD = fileURLToPath(new URL('./load-process.js', import.meta.url));
/** The longest that a run of a cell may take, in milliseconds: beyond it something hangs. */
const PATIENCE_MS = 180_000;
/** The longest that a load may take to end its server and itself, in milliseconds. */
const END_MS = 8_000;

/** What came of a run, how long it took with everything around it, and how much of that the machine was elsewhere. */
export interface TimedOutcome extends CellOutcome, Disturbed {
  readonly seconds: number;
}

const NOTHING: Pick<CellOutcome, 'figures' | 'counts'> = {
  figures: {},
  counts: { expected: 0, delivered: 0, lost: 0, repeated: 0, disordered: 0 },
};

/** The lab's end of a load's process, which is started again when it breaks. */
export class LoadHandle {
  readonly #isPinned: boolean;
  #child: ChildProcess | null = null;

  constructor(isPinned: boolean) {
    this.#isPinned = isPinned;
  }

  /** One run of one cell. Rejects when it is aborted, after the load and its servers have ended. */
  async run(order: CellOrder, signal: AbortSignal): Promise<TimedOutcome> {
    signal.throwIfAborted();
    const begun = performance.now();
    const stolen = watchStolenTime();
    const outcome = await this.#outcomeOf(order, signal);
    return { ...outcome, seconds: (performance.now() - begun) / 1_000, stolen: stolen() };
  }

  async #outcomeOf(order: CellOrder, signal: AbortSignal): Promise<CellOutcome> {
    this.#child ??= forkOn(this.#isPinned ? 'load' : null, LOAD);
    const child = this.#child;
    const outcome = await new Promise<CellOutcome | string>((resolve) => {
      const settle = (what: CellOutcome | string) => {
        clearTimeout(timer);
        child.off('exit', broken).off('message', settle);
        signal.removeEventListener('abort', aborted);
        resolve(what);
      };
      const broken = () => settle('the load has ended');
      const aborted = () => settle('it was stopped');
      const timer = setTimeout(() => settle(`nothing came of it in ${PATIENCE_MS / 1_000} s`), PATIENCE_MS);
      child.once('exit', broken).once('message', settle);
      signal.addEventListener('abort', aborted);
      child.send(order);
    });
    if (typeof outcome !== 'string') return outcome;
    await this.end();
    signal.throwIfAborted();
    return { ...NOTHING, failed: outcome };
  }

  /** Lets go of it, so that it ends its server first; one that does not is ended. */
  async end(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    if (child.connected) child.disconnect();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (!hasEnded) await Promise.race([gone, sleep(END_MS, undefined, { ref: false })]);
    await endProcess(child);
  }
}
