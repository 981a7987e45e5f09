import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Exchange } from './exchange.js';

/** What a bad network does to one exchange. Chosen by the proxy's rule when the request's head has come. */
export type Fault = (exchange: Exchange) => void;

/** A network that does nothing wrong. */
export const pass: Fault = (exchange) => exchange.pass();

/** The connection is reset at once. */
export const reset: Fault = (exchange) => exchange.reset();

/** The connection is accepted, the request is read, and nothing ever comes back. */
export const blackHole: Fault = () => {};

/** Something on the way answers for itself, as a firewall does. */
export function refuse(status: number): Fault {
  return (exchange) => exchange.answer(status);
}

/**
 * The head of the answer comes through, and then nothing in either direction: a proxy that buffers a stream, or one
 * that accepts an upgrade without knowing what to do with its frames.
 */
export const swallowBody: Fault = (exchange) => {
  let tail = '';
  let isPast = false;
  const down = stage((bytes, push) => {
    if (isPast) return;
    tail += bytes.toString('latin1');
    const end = tail.indexOf('\r\n\r\n');
    isPast = end >= 0;
    if (isPast) push(Buffer.from(tail.slice(0, end + 4), 'latin1'));
  });
  exchange.pass({ down, up: stage(() => {}) });
};

/** The connection breaks when so many bytes of the answer, its head included, have come through. */
export function cutAfter(bytes: number): Fault {
  return (exchange) => {
    let left = bytes;
    const down = stage((piece, push) => {
      if (left > 0) push(piece.subarray(0, left));
      left -= piece.length;
      if (left <= 0) setImmediate(() => exchange.cut());
    });
    exchange.pass({ down });
  };
}

/** Every byte arrives, in pieces as small as `size` says. */
export function slice(size: () => number): Fault {
  const slicer = () =>
    stage(async (bytes, push) => {
      for (let from = 0; from < bytes.length; ) {
        const to = from + Math.max(1, size());
        push(bytes.subarray(from, to));
        from = to;
        // Pieces that are written in one turn could travel together.
        await turn();
      }
    });
  return (exchange) => exchange.pass({ down: slicer(), up: slicer() });
}

/** Every piece of the answer comes so much later. */
export function delay(ms: number): Fault {
  const down = () =>
    stage(async (bytes, push) => {
      await sleep(ms);
      push(bytes);
    });
  return (exchange) => exchange.pass({ down: down() });
}

/** A way down that can be shut: what has been sent by then is held, and the sender's socket fills up. */
export class Valve {
  #isShut = false;
  #release: (() => void)[] = [];

  /** What is to pass through this valve. */
  readonly fault: Fault = (exchange) => {
    const down = stage(async (bytes, push) => {
      if (this.#isShut) await new Promise<void>((resolve) => this.#release.push(resolve));
      push(bytes);
    });
    exchange.pass({ down });
  };

  shut(): void {
    this.#isShut = true;
  }

  open(): void {
    this.#isShut = false;
    const held = this.#release;
    this.#release = [];
    for (const release of held) release();
  }
}

/** A stage that hands on what its function pushes, one piece after the other. */
function stage(take: (bytes: Buffer, push: (piece: Buffer) => void) => void | Promise<void>): Transform {
  return new Transform({
    transform(bytes: Buffer, _encoding, done: TransformCallback) {
      const taken = take(bytes, (piece) => this.push(piece));
      if (taken === undefined) done();
      else taken.then(() => done(), done);
    },
  });
}
