import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Exchange } from './exchange.js';

/** At a limited rate, a piece is handed on every so many milliseconds. */
const LIMIT_STEP_MS = 20;

/** As much as a proxy holds of one answer. */
const HELD_BYTES = 4 * 1024 * 1024;

/** What a bad network does to one exchange. Chosen by the proxy's rule when the request's head has come. */
export type Fault = (exchange: Exchange) => void;

/** A network that does nothing wrong. */
export const pass: Fault = (exchange) => exchange.pass();

/** The connection is reset at once. */
export const reset: Fault = (exchange) => exchange.reset();

/** The connection is accepted, the request is read, and nothing ever comes back. */
export const blackHole: Fault = (exchange) => exchange.swallow();

/** Something on the way answers for itself, as a firewall does. */
export function refuse(status: number): Fault {
  return (exchange) => exchange.answer(status);
}

/**
 * The head of the answer comes through, and then nothing in either direction: a proxy that buffers a stream, or one
 * that accepts an upgrade without knowing what to do with its frames.
 */
export const swallowBody: Fault = (exchange) => exchange.pass({ down: headOnly(() => {}), up: stage(() => {}) });

/** The head of the answer comes through, and then the connection ends: a proxy that does not carry what it upgraded. */
export const cutAfterHead: Fault = (exchange) => exchange.pass({ down: headOnly(() => exchange.cut()) });

/**
 * Nothing of an answer comes through before all of it has: a proxy that buffers whole responses. One that is too long for
 * it breaks.
 */
export const bufferResponse: Fault = (exchange) => {
  const pieces: Buffer[] = [];
  let held = 0;
  const hold = (piece: Buffer) => {
    held += piece.length;
    if (held > HELD_BYTES) return exchange.cut();
    pieces.push(piece);
  };
  exchange.pass({ down: stage(hold, () => Buffer.concat(pieces)) });
};

/** Takes the wish for an upgrade out of a request, as a proxy does that was not told of it. */
export const stripUpgrade: Fault = (exchange) =>
  exchange.pass({ head: (lines) => lines.filter((line) => !/^(upgrade|connection):/i.test(line)) });

/** The gateway gets the request and answers it, and something on the way answers with a status of its own. */
export function failAfterForwarding(status = 502): Fault {
  return (exchange) => {
    let isAnswered = false;
    const down = stage(() => {
      if (!isAnswered) exchange.answer(status);
      isAnswered = true;
    });
    exchange.pass({ down });
  };
}

/** Which of an exchange's directions: `up` is the body of the request, and a WebSocket's frames to the gateway. */
export type Direction = 'up' | 'down';

/** The connection breaks when so many bytes have come through; of the answer, its head counts as well. */
export function cutAfter(bytes: number, direction: Direction = 'down'): Fault {
  return (exchange) => {
    let left = bytes;
    const count = stage((piece, push) => {
      if (left > 0) push(piece.subarray(0, left));
      left -= piece.length;
      if (left <= 0) setImmediate(() => exchange.cut());
    });
    exchange.pass({ [direction]: count });
  };
}

/** No more than so many bytes in a second, in each direction. */
export function limit(bytesPerSecond: number): Fault {
  const step = Math.max(1, Math.floor((bytesPerSecond * LIMIT_STEP_MS) / 1_000));
  const limited = () =>
    stage(async (bytes, push) => {
      for (let from = 0; from < bytes.length; from += step) {
        push(bytes.subarray(from, from + step));
        await sleep(LIMIT_STEP_MS);
      }
    });
  return (exchange) => exchange.pass({ down: limited(), up: limited() });
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

/**
 * Every piece of the answer comes so much later. The line is long, not narrow: no piece waits for the one before it, until there
 * is as much under way, or left by who does not read, as a proxy holds.
 */
export function delay(ms: number): Fault {
  return (exchange) => {
    let last: Promise<unknown> = Promise.resolve();
    let underWay = 0;
    const line = new Transform({
      transform(bytes: Buffer, _encoding, done: TransformCallback) {
        underWay += bytes.length;
        const isFull = underWay + line.readableLength > HELD_BYTES;
        const arrived = sleep(ms, undefined, { ref: false }).then(() => {
          underWay -= bytes.length;
          line.push(bytes);
        });
        last = arrived;
        if (isFull) arrived.then(() => done(), done);
        else done();
      },
      flush: (done) => void last.then(() => done(), done),
    });
    exchange.pass({ down: line });
  };
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

/** Hands on a head (RFC 9112) and nothing after it; `then` is called when it is complete. */
function headOnly(then: () => void): Transform {
  let tail = '';
  let isPast = false;
  return stage((bytes, push) => {
    if (isPast) return;
    tail += bytes.toString('latin1');
    const end = tail.indexOf('\r\n\r\n');
    isPast = end >= 0;
    if (!isPast) return;
    push(Buffer.from(tail.slice(0, end + 4), 'latin1'));
    setImmediate(then);
  });
}

/** A stage that hands on what its function pushes, one piece after the other, and what is left at the end. */
function stage(
  take: (bytes: Buffer, push: (piece: Buffer) => void) => void | Promise<void>,
  rest: () => Buffer | null | Promise<null> = () => null,
): Transform {
  return new Transform({
    transform(bytes: Buffer, _encoding, done: TransformCallback) {
      const taken = take(bytes, (piece) => this.push(piece));
      if (taken === undefined) done();
      else taken.then(() => done(), done);
    },
    flush: (done) => void Promise.resolve(rest()).then((left) => done(null, left), done),
  });
}
