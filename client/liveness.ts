import type { Environment } from '../transports/environment.js';
import { Watchdog } from './watchdog.js';

/** How long an answer may take before the connection is looked into: so long, or so many times its hello. */
const ANSWER_MS = 3_000;
const ANSWER_HELLOS = 10;

/** What is told of a connection that brings nothing. */
export interface LivenessListener {
  /** Nothing has come for longer than was promised. */
  readonly silent: (ms: number) => void;
  /** Something was sent so long ago, and nothing at all has come since. */
  readonly doubted: (ms: number) => void;
}

/**
 * Whether one connection is alive: what it promised, when it was last heard, and whether an answer is due. It is watched from
 * its first hello on, and has no timer before that or after `stop`.
 */
export class Liveness {
  readonly #environment: Environment;
  readonly #toleranceMs: number;
  readonly #listener: LivenessListener;
  readonly #openedAt: number;
  #watchdog: Watchdog | null = null;
  /** Watches from something sent until anything comes back. */
  #answerWatch: Watchdog | null = null;
  /** Something comes at least so often, in milliseconds. */
  #promisedMs = 0;
  #helloMs = 0;

  constructor(environment: Environment, toleranceMs: number, listener: LivenessListener) {
    this.#environment = environment;
    this.#toleranceMs = toleranceMs;
    this.#listener = listener;
    this.#openedAt = environment.now();
  }

  /** When anything last came, in milliseconds of the environment's clock. */
  get heardAt(): number {
    return this.#watchdog?.heardAt ?? this.#openedAt;
  }

  /** Whether what was promised to come has not. */
  get isQuiet(): boolean {
    return this.#environment.now() - this.heardAt > this.#promisedMs;
  }

  heard(): void {
    this.#watchdog?.heard();
    this.#answerWatch?.stop();
    this.#answerWatch = null;
  }

  /** Something will come at least so often. Returns how long the first hello took; `null` after another one. */
  promised(ms: number): number | null {
    if (this.#watchdog !== null) return null;
    this.#promisedMs = ms;
    this.#helloMs = this.#environment.now() - this.#openedAt;
    this.#watchdog = this.#watch(ms + this.#toleranceMs, this.#listener.silent);
    return this.#helloMs;
  }

  /** Something was sent. */
  expectAnswer(): void {
    this.#answerWatch ??= this.#watch(Math.max(ANSWER_MS, ANSWER_HELLOS * this.#helloMs), this.#listener.doubted);
  }

  stop(): void {
    this.#watchdog?.stop();
    this.#answerWatch?.stop();
  }

  #watch(limitMs: number, tell: (ms: number) => void): Watchdog {
    return new Watchdog(this.#environment, limitMs, this.#toleranceMs, tell);
  }
}
