import type { Duplex } from 'node:stream';
import type { Blocks } from './blocks.js';

/** One open connection of a lane. */
interface Passing {
  readonly transport: string;
  readonly socket: Duplex;
  /** Whether it reads the bare feed. */
  readonly isBare: boolean;
}

/**
 * Resets what is blocked so, at the gateway's own sockets, as by a firewall that resets connections: for lanes that come
 * straight to the gateway. The client is told nothing and has to find out by itself.
 */
export class Turnstile {
  readonly #blocks: Blocks;
  readonly #passing = new Map<string, Set<Passing>>();

  constructor(blocks: Blocks) {
    this.#blocks = blocks;
  }

  /** Cuts what a lane has open over a transport that is to be reset; returns how much that was. */
  cut(lane: string): number {
    const reset = [...(this.#passing.get(lane) ?? [])].filter(({ transport }) => this.#isReset(lane, transport));
    for (const { socket } of reset) socket.destroy();
    return reset.length;
  }

  /** Cuts all that a lane has open, whatever it is; returns how much that was, without what reads the bare feed. */
  cutAll(lane: string): number {
    const passing = [...(this.#passing.get(lane) ?? [])];
    for (const { socket } of passing) socket.destroy();
    return passing.filter(({ isBare }) => !isBare).length;
  }

  /** Lets a connection through, or cuts it and returns `null`. Returns how to say that it is over. */
  enter(lane: string, { transport, socket, isBare }: Passing): (() => void) | null {
    if (this.#isReset(lane, transport)) {
      socket.destroy();
      return null;
    }
    const passing = { transport, socket, isBare };
    const others = this.#passing.get(lane) ?? new Set();
    this.#passing.set(lane, others.add(passing));
    return () => {
      others.delete(passing);
      if (others.size === 0 && this.#passing.get(lane) === others) this.#passing.delete(lane);
    };
  }

  #isReset(lane: string, transport: string): boolean {
    return this.#blocks.of(lane).get(transport) === 'reset';
  }
}
