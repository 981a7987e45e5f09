import { type Environment, LONGEST_TIMER_MS, type Timer } from '../transports/environment.js';

/** A timer that fires so much later than it should has been held up: a hidden tab, a laptop that slept. */
const HELD_UP_MS = 1_000;

/** Notices silence. Hearing something costs one reading of the clock; the timer is moved only when it fires. */
export class Watchdog {
  readonly #environment: Environment;
  readonly #limitMs: number;
  readonly #graceMs: number;
  readonly #silent: (ms: number) => void;
  #heardAt: number;
  #graced = false;
  #timer: Timer;

  /** Calls `silent`, with the length of the silence, each time that nothing was heard for another `limitMs`. */
  constructor(environment: Environment, limitMs: number, graceMs: number, silent: (ms: number) => void) {
    this.#environment = environment;
    this.#limitMs = limitMs;
    this.#graceMs = graceMs;
    this.#silent = silent;
    this.#heardAt = environment.now();
    this.#timer = this.#arm(this.#heardAt + limitMs);
  }

  heard(): void {
    this.#heardAt = this.#environment.now();
    this.#graced = false;
  }

  /** When something was last heard, in milliseconds of the environment's clock. */
  get heardAt(): number {
    return this.#heardAt;
  }

  stop(): void {
    this.#environment.clearTimeout(this.#timer);
  }

  #arm(at: number): Timer {
    const ms = Math.min(LONGEST_TIMER_MS, Math.max(0, at - this.#environment.now()));
    return this.#environment.setTimeout(() => this.#check(at), ms);
  }

  #check(dueAt: number): void {
    const now = this.#environment.now();
    const limitAt = this.#heardAt + this.#limitMs;
    if (now < limitAt) {
      this.#timer = this.#arm(limitAt);
    } else if (now - dueAt > HELD_UP_MS && !this.#graced) {
      // What arrived meanwhile may still be waiting its turn behind this timer.
      this.#graced = true;
      this.#timer = this.#arm(now + this.#graceMs);
    } else {
      this.#timer = this.#arm(now + this.#limitMs);
      this.#silent(now - this.#heardAt);
    }
  }
}
