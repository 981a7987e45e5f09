import { fileURLToPath } from 'node:url';
import { AskedProcess } from './asked-process.js';
import { forkOn } from './pinning.js';
import type { Answer, Order } from './server-process.js';

const SERVER = fileURLToPath(new URL('./server-process.js', import.meta.url));

/** The load's end of a server's process. */
export class ServerHandle {
  readonly #process: AskedProcess<Order, Answer>;

  /** @param isPinned `false` where servers run side by side, and the time of none is measured */
  constructor(isPinned: boolean) {
    const child = forkOn(isPinned ? 'server' : null, SERVER, ['--expose-gc']);
    this.#process = new AskedProcess(child, 'the server under measurement');
  }

  /** Gives an order, and resolves with its answer. */
  ask: AskedProcess<Order, Answer>['ask'] = (order, kind) => this.#process.ask(order, kind);

  /** Gives an order that is not answered. */
  tell(order: Extract<Order, { order: 'credit' }>): void {
    this.#process.tell(order);
  }

  /** Ends the server without a word to its clients, as a crash would, after it has ended what it started itself. */
  async end(): Promise<void> {
    const patience = new Promise<void>((resolve) => setTimeout(resolve, 3_000).unref());
    const stopped = this.#process.ask({ order: 'stop' }, 'stopped').catch(() => undefined);
    await Promise.race([stopped, patience]);
    await this.#process.end();
  }
}
