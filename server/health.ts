import { RESERVED_PREFIX } from '../transports/channel.js';
import { PushError } from '../transports/error.js';
import type { Bus } from './bus/bus.js';
import { isFailure, toPushError } from './problem.js';

/** Where the gateway writes to itself. */
const CHANNEL = `${RESERVED_PREFIX}health`;
/** A verdict is good for so long: health checks come often, and every one of them writes to the log. */
const FRESH_MS = 1_000;
const PATIENCE_MS = 2_000;

/** What `GET /health` answers. */
export interface Health {
  /** `draining`: this node is about to go, or has sent everybody away; nobody else should be sent to it. */
  readonly status: 'ready' | 'draining' | 'unavailable';
  readonly bus: { readonly engine: string; readonly epoch: string };
  /** How long a message took through the bus and back, in milliseconds. */
  readonly roundTripMs?: number;
  /** What is wrong. */
  readonly detail?: string;
}

/** Says whether the gateway works, by publishing a message and waiting for it to come back through the bus. */
export class HealthProbe {
  #last: { readonly at: number; readonly verdict: Promise<Health> } | null = null;
  #isDraining = false;

  /** @param failed told what broke in the bus, which who asks is not */
  constructor(
    private readonly bus: Bus,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** From now on, this node is about to go, however well it works. */
  drain(): void {
    this.#isDraining = true;
  }

  /** The verdict, at most a second old. */
  async check(): Promise<Health> {
    if (this.#isDraining) {
      const bus = { engine: this.bus.engine, epoch: this.bus.epoch };
      return { status: 'draining', bus, detail: 'This node is closing; send clients to another one.' };
    }
    const now = performance.now();
    if (this.#last === null || now - this.#last.at > FRESH_MS) this.#last = { at: now, verdict: this.#probe() };
    return this.#last.verdict;
  }

  async #probe(): Promise<Health> {
    const bus = { engine: this.bus.engine, epoch: this.bus.epoch };
    try {
      return { status: 'ready', bus, roundTripMs: await this.#roundTrip() };
    } catch (error) {
      const shown = toPushError(error);
      if (isFailure(shown)) this.failed(error);
      return { status: 'unavailable', bus, detail: shown.message };
    }
  }

  async #roundTrip(): Promise<number> {
    const began = performance.now();
    const echo = new Echo();
    const following = this.bus.follow((entry) => {
      if (entry.channel === CHANNEL) echo.heard(entry.id);
    });
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      const late = new PushError(
        'UNAVAILABLE',
        `A message did not come back through the bus within ${PATIENCE_MS} ms.`,
      );
      timer = setTimeout(() => reject(late), PATIENCE_MS);
    });
    const back = following
      .then(() => this.bus.publish({ channel: CHANNEL, data: 'null' }))
      .then(({ id }) => echo.of(id));
    try {
      await Promise.race([back, tooLate]);
      return Math.round((performance.now() - began) * 1_000) / 1_000;
    } finally {
      clearTimeout(timer);
      // Whoever loses the race must not be an unhandled rejection, and a follower that comes late is stopped then.
      back.catch(() => undefined);
      following.then(({ stop }) => stop()).catch(() => undefined);
    }
  }
}

/** Waits for one id among those that come by, whichever is known first. */
class Echo {
  readonly #seen = new Set<string>();
  #arrived: (id: string) => void = () => undefined;

  heard(id: string): void {
    this.#seen.add(id);
    this.#arrived(id);
  }

  of(awaited: string): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived = (id) => {
        if (id === awaited) resolve();
      };
      if (this.#seen.has(awaited)) resolve();
    });
  }
}
