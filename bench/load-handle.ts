import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CellOrder, CellOutcome } from './load-process.js';
import { endProcess, forkOn } from './pinning.js';

const LOAD = fileURLToPath(new URL('./load-process.js', import.meta.url));
/** The longest that a run of a cell may take, in milliseconds: beyond it something hangs. */
const PATIENCE_MS = 180_000;

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

  /** One run of one cell. */
  async run(order: CellOrder): Promise<CellOutcome> {
    this.#child ??= forkOn(this.#isPinned ? 'load' : null, LOAD);
    const child = this.#child;
    const outcome = await new Promise<CellOutcome | string>((resolve) => {
      const broken = () => resolve('the load has ended');
      const timer = setTimeout(() => resolve(`nothing came of it in ${PATIENCE_MS / 1_000} s`), PATIENCE_MS);
      child.once('exit', broken).once('message', (answer: CellOutcome) => {
        clearTimeout(timer);
        child.off('exit', broken);
        resolve(answer);
      });
      child.send(order);
    });
    if (typeof outcome !== 'string') return outcome;
    await this.end();
    return { ...NOTHING, failed: outcome };
  }

  async end(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child !== null) await endProcess(child);
  }
}
