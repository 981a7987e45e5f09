import type { ChildProcess } from 'node:child_process';
import { endProcess } from './pinning.js';

/** What a process answers to an order that came to nothing. */
export interface Failed {
  readonly answer: 'failed';
  readonly reason: string;
}

/** A process that was started here and is given orders, with this end of the talk. */
export class AskedProcess<Order extends object, Answer extends { readonly answer: string }> {
  readonly #child: ChildProcess;
  readonly #name: string;

  /** @param name what it is called when it has ended and should not have */
  constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#name = name;
  }

  /** Gives an order, and resolves with its answer. Rejects when it comes to nothing, and when the process ends or has ended. */
  ask<Kind extends Exclude<Answer['answer'], 'failed'>>(
    order: Order,
    kind: Kind,
  ): Promise<Extract<Answer, { answer: Kind }>> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const over = () => child.off('message', listen).off('exit', ended);
      const ended = () => {
        over();
        reject(new Error(`${this.#name} has ended`));
      };
      const listen = (answer: Extract<Answer, { answer: Kind }> | Failed) => {
        if (answer.answer !== kind && answer.answer !== 'failed') return;
        over();
        if ('reason' in answer) reject(new Error(answer.reason));
        else resolve(answer);
      };
      child.on('message', listen).once('exit', ended);
      // Of one that is gone already there is no exit to wait for.
      child.send(order, (error) => {
        if (error !== null) ended();
      });
    });
  }

  /** Gives an order that is not answered; one that has ended needs none. */
  tell(order: Order): void {
    this.#child.send(order, () => undefined);
  }

  /** Ends it at once, and resolves when it is gone. */
  end(): Promise<void> {
    return endProcess(this.#child);
  }
}
