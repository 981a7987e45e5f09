import { fileURLToPath } from 'node:url';
import { AskedProcess } from './asked-process.js';
import type { Joining } from './crowd.js';
import type { LateAnswer, LateOrder, Standing } from './late-process.js';
import { forkOn } from './pinning.js';

const LATE = fileURLToPath(new URL('./late-process.js', import.meta.url));

/** The load's end of the process with those who come late. */
export class LateHandle {
  readonly #process: AskedProcess<LateOrder, LateAnswer>;
  #standing: Standing | null = null;

  constructor(isPinned: boolean) {
    this.#process = new AskedProcess(forkOn(isPinned ? 'load' : null, LATE), 'the process of those who come late');
  }

  /** What had become of all messages when it last answered; `null` before it has. */
  get standing(): Standing | null {
    return this.#standing;
  }

  /** Resolves when it has loaded everything. */
  async start(contestant: string): Promise<void> {
    await this.#process.ask({ order: 'start', contestant }, 'started');
  }

  /** So many come to one channel; resolves when all are ready. */
  async join(count: number, channel: string, joining: Joining, published: ReadonlyMap<string, number>): Promise<void> {
    const order = { order: 'join', count, channel, joining, published: Object.fromEntries(published) } as const;
    this.#standing = await this.#process.ask(order, 'joined');
  }

  /** Resolves when everything has arrived, or when nothing has for so long. */
  async arrival(published: ReadonlyMap<string, number>, patienceMs: number): Promise<void> {
    const order = { order: 'await', published: Object.fromEntries(published), patienceMs } as const;
    this.#standing = await this.#process.ask(order, 'arrived');
  }

  end(): Promise<void> {
    return this.#process.end();
  }
}
