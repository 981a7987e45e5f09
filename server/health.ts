import { RESERVED_PREFIX } from '../transports/channel.js';
import type { Bus } from './bus/bus.js';

/** Where the gateway writes to itself. */
const CHANNEL = `${RESERVED_PREFIX}health`;
/** A verdict is good for so long: health checks come often, and every one of them writes to the log. */
const FRESH_MS = 1_000;
const PATIENCE_MS = 2_000;

/** What `GET /health` answers. */
export interface Health {
  readonly status: 'ready' | 'unavailable';
  readonly bus: { readonly engine: string; readonly epoch: string };
  /** How long a message took through the bus and back, in milliseconds. */
  readonly roundTripMs?: number;
  /** What is wrong. */
  readonly detail?: string;
}

/** Says whether the gateway works, by publishing a message and waiting for it to come back through the bus. */
export class HealthProbe {
  #last: { readonly at: number; readonly verdict: Promise<Health> } | null = null;

  constructor(private readonly bus: Bus) {}

  /** The verdict, at most a second old. */
  check(): Promise<Health> {
    const now = performance.now();
    if (this.#last === null || now - this.#last.at > FRESH_MS) this.#last = { at: now, verdict: this.#probe() };
    return this.#last.verdict;
  }

  async #probe(): Promise<Health> {
    const bus = { engine: this.bus.engine, epoch: this.bus.epoch };
    try {
      return { status: 'ready', bus, roundTripMs: await this.#roundTrip() };
    } catch (error) {
      return { status: 'unavailable', bus, detail: error instanceof Error ? error.message : String(error) };
    }
  }

  async #roundTrip(): Promise<number> {
    const began = performance.now();
    const seen = new Set<string>();
    let arrived: () => void = () => undefined;
    let timer: NodeJS.Timeout | undefined;
    const following = await this.bus.follow((entry) => {
      if (entry.channel !== CHANNEL) return;
      seen.add(entry.id);
      arrived();
    });
    try {
      const { id } = await this.bus.publish({ channel: CHANNEL, data: 'null' });
      await new Promise<void>((resolve, reject) => {
        arrived = () => seen.has(id) && resolve();
        timer = setTimeout(
          () => reject(new Error(`A message did not come back through the bus within ${PATIENCE_MS} ms.`)),
          PATIENCE_MS,
        );
        arrived();
      });
      return Math.round((performance.now() - began) * 1_000) / 1_000;
    } finally {
      clearTimeout(timer);
      following.stop();
    }
  }
}
