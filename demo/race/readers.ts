import type { ChildProcess } from 'node:child_process';
import { endChild, startChild } from './child.js';
import type { ReadersOrder, ReadersState } from './reader-process.js';

/** Readers in a process of their own, which is there while any are wanted. */
export class Readers {
  readonly #states = new Map<string, ReadersState>();
  #child: ChildProcess | null = null;

  /** From now on a group has these readers. */
  set(order: ReadersOrder): void {
    if (order.each > 0) this.#states.set(order.group, { group: order.group, open: 0, received: 0 });
    else if (!this.#states.delete(order.group)) return;
    this.#started().send(order);
    if (this.#states.size === 0) void this.#end();
  }

  /** How a group stands; one that is not known has no readers. */
  of(group: string): ReadersState {
    return this.#states.get(group) ?? { group, open: 0, received: 0 };
  }

  async close(): Promise<void> {
    this.#states.clear();
    await this.#end();
  }

  #started(): ChildProcess {
    if (this.#child !== null) return this.#child;
    const child = startChild('reader-process');
    child.on('message', (state: ReadersState) => {
      if (this.#child === child && this.#states.has(state.group)) this.#states.set(state.group, state);
    });
    // One that breaks takes its readers along: the next order starts another one.
    child.on('error', (error) => process.emitWarning(error));
    child.once('exit', () => {
      if (this.#child !== child) return;
      this.#child = null;
      this.#states.clear();
    });
    this.#child = child;
    return child;
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child !== null) await endChild(child);
  }
}
