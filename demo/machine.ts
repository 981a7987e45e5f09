import { randomBytes } from 'node:crypto';
import { cpus, freemem, totalmem } from 'node:os';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Gateway } from '../server/index.js';
import { FEED_MS, MACHINE_CHANNEL, type MachineFigures, NOW_METHOD } from './site/words/machine-figures.js';
import { wallClock } from './wall-clock.js';

// The histogram holds the time between two runs of a timer, so that the timer's own interval has to be taken off.
const RESOLUTION_MS = 10;

/** Publishes what the running machine is doing, and answers calls for its clock. */
export class MachineFeed {
  readonly #gateway: Gateway;
  /** The name of this feed's life, which is on all of its figures. */
  readonly run = randomBytes(6).toString('hex');
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #connections = new Map<string, number>();
  readonly #undo: (() => void)[] = [];
  /** Gets all figures besides, as they are published. */
  readonly #listener: (figures: MachineFigures) => void;
  readonly #timer: NodeJS.Timeout;
  #number = 0;
  #cores = coreTimes();
  #cpu = process.cpuUsage();
  #takenAt = performance.now();

  constructor(gateway: Gateway, listener: (figures: MachineFigures) => void = () => {}) {
    this.#gateway = gateway;
    this.#listener = listener;
    this.#loop.enable();
    gateway.handle(NOW_METHOD, wallClock);
    this.#undo.push(
      gateway.on('connect', ({ transport }) => this.#count(transport, 1)),
      gateway.on('disconnect', ({ transport }) => this.#count(transport, -1)),
    );
    this.#timer = setInterval(() => this.#publish(), FEED_MS);
    this.#timer.unref();
  }

  /** The number of the figures that were published last; 0 before. */
  get newest(): number {
    return this.#number;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#loop.disable();
    for (const step of this.#undo) step();
  }

  #publish(): void {
    // A bus that is away for a while misses some figures, and nothing else comes of it: the next ones are due soon.
    const figures = this.#figures();
    this.#gateway.publish(MACHINE_CHANNEL, figures).catch((error: Error) => process.emitWarning(error.message));
    this.#listener(figures);
  }

  #figures(): MachineFigures {
    this.#number += 1;
    const { rss: resident, heapUsed: heap } = process.memoryUsage();
    const total = totalmem();
    return {
      run: this.run,
      number: this.#number,
      cpu: this.#shares(),
      memory: { resident, heap, used: total - freemem(), total },
      loop: this.#delays(),
      connections: Object.fromEntries(this.#connections),
      // Last, so that gathering the figures is not counted as latency.
      at: wallClock(),
    };
  }

  #shares(): MachineFigures['cpu'] {
    const cores = coreTimes();
    const total = cores.total - this.#cores.total;
    const busy = total - (cores.idle - this.#cores.idle);
    this.#cores = cores;

    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    const now = performance.now();
    const passed = now - this.#takenAt;
    this.#takenAt = now;
    // Of several cores at once it may be more than all of one.
    const spent = passed > 0 ? (user + system) / 1_000 / passed : 0;
    return { machine: rounded(share(busy, total), 4), process: rounded(spent, 4) };
  }

  #delays(): MachineFigures['loop'] {
    const late = (percentile: number) =>
      rounded(Math.max(0, this.#loop.percentile(percentile) / 1e6 - RESOLUTION_MS), 2);
    const delays = { p50: late(50), p99: late(99) };
    this.#loop.reset();
    return delays;
  }

  #count(transport: string, change: number): void {
    this.#connections.set(transport, Math.max(0, (this.#connections.get(transport) ?? 0) + change));
  }
}

function coreTimes(): { readonly idle: number; readonly total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, total };
}

/** 0 to 1: Linux takes back idle time now and then, which would give less than nothing or more than all. */
function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
