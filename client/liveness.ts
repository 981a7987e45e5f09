import type { ConnectionSetting } from './connection-setting.js';
import { Watchdog } from './watchdog.js';

/** How long an answer may take before the connection is looked into: so long, or so many times its hello. */
const ANSWER_MS = 3_000;
const ANSWER_HELLOS = 10;
/** With the gateway's own heartbeat, a record may then take ten minutes. */
const MOST_PATIENCE = 16;

/** What is told of a connection that brings nothing. */
export interface LivenessListener {
  /** Nothing has come for longer than was promised. */
  readonly silent: (ms: number) => void;
  /** Something was sent so long ago, and nothing at all has come since; told again and again until something comes. */
  readonly doubted: (ms: number) => void;
}

/**
 * Whether one connection is alive: what it promised, when it was last heard, and whether an answer is due. It is watched from
 * its first hello on, and has no timer before that or after `stop`.
 */
export class Liveness {
  readonly #setting: ConnectionSetting;
  readonly #listener: LivenessListener;
  readonly #openedAt: number;
  #watchdog: Watchdog | null = null;
  /** Watches from something sent until anything comes back. */
  #answerWatch: Watchdog | null = null;
  /** Something comes at least so often, in milliseconds. */
  #promisedMs = 0;
  #helloMs = 0;
  /** What became of it since its hello: it brought something new, or was found to be too slow or dead before that. */
  #sinceHello: 'none' | 'new' | 'silent' = 'none';

  constructor(setting: ConnectionSetting, listener: LivenessListener) {
    this.#setting = setting;
    this.#listener = listener;
    this.#openedAt = setting.environment.now();
  }

  /** When anything last came, in milliseconds of the environment's clock. */
  get heardAt(): number {
    return this.#watchdog?.heardAt ?? this.#openedAt;
  }

  /** Whether what was promised to come has not. */
  get isQuiet(): boolean {
    return this.#setting.environment.now() - this.heardAt > this.#promisedMs;
  }

  heard(): void {
    this.#watchdog?.heard();
    this.#answerWatch?.stop();
    this.#answerWatch = null;
  }

  /** A record came that no connection had brought before: the line gets records through, and what was promised counts again. */
  brought(): void {
    if (this.#sinceHello === 'new') return;
    this.#sinceHello = 'new';
    this.#setting.patience.times = 1;
    if (this.#watchdog !== null) this.#watchSilence();
  }

  /** Something will come at least so often. Returns how long the first hello took; `null` after another one. */
  promised(ms: number): number | null {
    if (this.#watchdog !== null) return null;
    this.#promisedMs = ms;
    this.#helloMs = this.#setting.environment.now() - this.#openedAt;
    this.#watchSilence();
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

  #watchSilence(): void {
    this.#watchdog?.stop();
    this.#watchdog = this.#watch(this.#promisedMs + this.#setting.settings.toleranceMs, this.#listener.silent);
  }

  #watch(limitMs: number, tell: (ms: number) => void): Watchdog {
    const { environment, settings, patience } = this.#setting;
    return new Watchdog(environment, limitMs * patience.times, settings.toleranceMs, (ms) => {
      if (this.#sinceHello === 'none') {
        this.#sinceHello = 'silent';
        patience.times = Math.min(MOST_PATIENCE, 2 * patience.times);
      }
      tell(ms);
    });
  }
}
