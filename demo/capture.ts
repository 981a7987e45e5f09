import { randomBytes } from 'node:crypto';
import { monotonicMs } from './monotonic.js';
import type { CaptureReport, Piece } from './site/words/capture.js';
import { wallClock } from './wall-clock.js';

/** Bytes that are kept of one lane, both directions together. */
const KEPT_BYTES = 96 * 1024;
/** Pieces that are kept of one lane, which bounds what many small ones take. */
const KEPT_PIECES = 600;
/** No piece is kept for longer, in milliseconds. */
const KEPT_MS = 120_000;

/** Lanes that are captured at once: of one visitor, and of all. They take at most 20 MB. */
const LANES = { visitor: 50, all: 200 };
/** A lane that nobody has asked about for so long is not captured any more, in milliseconds. */
const UNASKED_MS = 30_000;

type Kept = Omit<Piece, 'bytes'> & { readonly bytes: Buffer };

/** The last bytes of one lane. */
export class Capture {
  readonly #life = randomBytes(6).toString('hex');
  #pieces: Kept[] = [];
  #bytes = 0;
  #number = 0;
  #connections = 0;
  #isOver = false;

  /** A number for a further connection of the lane. */
  connect(): number {
    this.#connections += 1;
    return this.#connections;
  }

  add(connection: number, what: Piece['what'], bytes: Buffer): void {
    if (this.#isOver) return;
    const at = wallClock();
    this.#number += 1;
    // A copy: a piece may be a part of something large.
    const kept = Buffer.from(bytes.subarray(0, KEPT_BYTES));
    this.#pieces.push({ number: this.#number, connection, at, what, bytes: kept });
    this.#bytes += kept.length;
    this.#forget(at - KEPT_MS);
  }

  /** What came after a number of a life; all that there is for those who know another life. */
  report(life: string, after: number): CaptureReport {
    this.#forget(wallClock() - KEPT_MS);
    const since = life === this.#life ? after : 0;
    const pieces = this.#pieces
      .filter(({ number }) => number > since)
      .map((piece) => ({ ...piece, bytes: piece.bytes.toString('base64') }));
    return { life: this.#life, pieces };
  }

  /** Forgets everything, and takes nothing more: connections that know it may go on for long. */
  end(): void {
    this.#isOver = true;
    this.#pieces = [];
  }

  #forget(before: number): void {
    let count = 0;
    for (const { at, bytes } of this.#pieces) {
      const isKept = at >= before && this.#bytes <= KEPT_BYTES && this.#pieces.length - count <= KEPT_PIECES;
      if (isKept) break;
      count += 1;
      this.#bytes -= bytes.length;
    }
    if (count > 0) this.#pieces.splice(0, count);
  }
}

interface Captured {
  readonly capture: Capture;
  readonly visitor: string;
  readonly askedAt: number;
}

/** Passed in by tests. */
export interface CapturesOptions {
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/** The captures of all lanes that somebody asks about. Whoever stops asking is forgotten soon. */
export class Captures {
  readonly #options: CapturesOptions;
  /** In the order in which they were last asked for. */
  readonly #lanes = new Map<string, Captured>();

  constructor(options: CapturesOptions = { now: monotonicMs }) {
    this.#options = options;
  }

  /** The capture of a lane that is captured; does not count as a question. */
  of(lane: string | null): Capture | null {
    this.#forget();
    return lane === null ? null : (this.#lanes.get(lane)?.capture ?? null);
  }

  /** The capture of a visitor's lane, which begins with the first question. */
  ask(lane: string, visitor: string): Capture {
    const capture = this.#lanes.get(lane)?.capture ?? new Capture();
    this.#lanes.delete(lane);
    this.#lanes.set(lane, { capture, visitor, askedAt: this.#options.now() });
    const own = [...this.#lanes].filter(([, captured]) => captured.visitor === visitor);
    for (const [name, { capture }] of own.slice(0, Math.max(0, own.length - LANES.visitor))) this.#end(name, capture);
    this.#forget();
    return capture;
  }

  close(): void {
    for (const { capture } of this.#lanes.values()) capture.end();
    this.#lanes.clear();
  }

  #forget(): void {
    const before = this.#options.now() - UNASKED_MS;
    for (const [lane, { capture, askedAt }] of this.#lanes) {
      if (askedAt >= before && this.#lanes.size <= LANES.all) return;
      this.#end(lane, capture);
    }
  }

  #end(lane: string, capture: Capture): void {
    capture.end();
    this.#lanes.delete(lane);
  }
}
