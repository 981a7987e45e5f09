import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endProcess, forkOn } from './pinning.js';
import type { Answer, Order } from './server-process.js';

const SERVER = fileURLToPath(new URL('./server-process.js', import.meta.url));

/** The load's end of a server's process. */
export class ServerHandle {
  readonly #child: ChildProcess;

  /** @param isPinned `false` where servers run side by side, and the time of none is measured */
  constructor(isPinned: boolean) {
    this.#child = forkOn(isPinned ? 'server' : null, SERVER, ['--expose-gc']);
  }

  /** Gives an order, and resolves with its answer. */
  ask<Kind extends Answer['answer']>(order: Order, kind: Kind): Promise<Extract<Answer, { answer: Kind }>> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('the server under measurement has ended'));
      const listen = (answer: Answer) => {
        if (answer.answer !== kind && answer.answer !== 'failed') return;
        child.off('message', listen).off('exit', ended);
        if (answer.answer === 'failed') reject(new Error(answer.reason));
        else resolve(answer as Extract<Answer, { answer: Kind }>);
      };
      child.on('message', listen).once('exit', ended);
      child.send(order);
    });
  }

  /** Gives an order that is not answered. */
  tell(order: Extract<Order, { order: 'credit' }>): void {
    if (this.#child.connected) this.#child.send(order);
  }

  /** Ends the server without a word to its clients, as a crash would, after it has ended what it started itself. */
  async end(): Promise<void> {
    const patience = new Promise<void>((resolve) => setTimeout(resolve, 3_000).unref());
    const stopped = this.#child.connected ? this.ask({ order: 'stop' }, 'stopped').catch(() => undefined) : undefined;
    await Promise.race([stopped, patience]);
    await endProcess(this.#child);
  }
}
