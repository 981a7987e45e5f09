import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant, Site, Traffic } from './contestant.js';
import { Crowd, type Joining } from './crowd.js';
import { LateHandle } from './late-handle.js';
import type { Usage } from './process-usage.js';
import type { Counts, Figures } from './result.js';
import { ServerHandle } from './server-handle.js';
import type { Settings } from './settings.js';
import { DelayProxy } from './wire/delay-proxy.js';
import { STAMP_BYTES } from './wire/stamp.js';

/** What had been used and done at one moment. */
export interface Snapshot {
  readonly usage: Usage;
  readonly traffic: Traffic;
  readonly delivered: number;
  readonly at: number;
}

/** How messages are published. */
export interface Schedule {
  readonly ticks: number;
  readonly ticksPerSecond: number;
  /** @default 1 */
  readonly perTick?: number;
  /** @default the one channel */
  readonly channels?: readonly string[];
}

/** How subscribers come, where it is not the usual way. */
export interface Coming {
  /** @default 'now' */
  readonly since?: 'now' | 'earliest';
  /** @default 64 */
  readonly atOnce?: number;
  /** @default false */
  readonly retries?: boolean;
  /** @default all on the one channel */
  readonly channelOf?: (index: number) => string;
}

export const CHANNEL = 'bench';

/** What is expected of a message that was published last: longer than any answer takes, apart from the pauses of polls. */
const PATIENCE_MS = 4_000;
/** Time for what a reader cannot see, such as a subscription that is not answered before the first message. */
const SETTLE_MS = 60;
/** How many messages servers keep, where they keep any. */
const KEEP = 4_096;
/** How much of the past is published in one tick, and how many ticks there are in a second. */
const PAST = { perTick: 100, ticksPerSecond: 200 };
const MICROS_PER_MS = 1_000;

/** One run of one cell: a fresh server, its subscribers, and what becomes of the messages. */
export class Trial {
  readonly contestant: Contestant;
  readonly settings: Settings;
  readonly #keep: number;
  readonly #isPinned: boolean;
  #server: ServerHandle;
  #proxy: DelayProxy | null = null;
  #serverPort = 0;
  #crowd: Crowd;
  #late: LateHandle | null = null;
  #published: ReadonlyMap<string, number> = new Map();
  /** Of crowds that have gone home. */
  readonly #past: Counts[] = [];
  readonly #failures: string[] = [];

  static async start(contestant: Contestant, settings: Settings, isPinned: boolean): Promise<Trial> {
    const trial = new Trial(contestant, settings, isPinned);
    try {
      await trial.#start(0);
    } catch (error) {
      await trial.end();
      throw error;
    }
    return trial;
  }

  private constructor(contestant: Contestant, settings: Settings, isPinned: boolean) {
    this.contestant = contestant;
    this.settings = settings;
    this.#keep = this.of('keep', Math.max(KEEP, this.of('retained'), this.of('missed')));
    this.#isPinned = isPinned;
    this.#server = new ServerHandle(isPinned);
    this.#crowd = new Crowd(contestant);
  }

  /** A setting, or what holds without it. */
  of(name: string, otherwise = 0): number {
    return this.settings[name] ?? otherwise;
  }

  get crowd(): Crowd {
    return this.#crowd;
  }

  async #start(port: number): Promise<void> {
    const setting = { port, keep: this.#keep, settings: this.settings };
    const order = { order: 'start', contestant: this.contestant.name, ...setting } as const;
    this.#serverPort = (await this.#server.ask(order, 'started')).port;
    this.#published = new Map();
    const delayMs = this.of('delayMs');
    if (delayMs > 0 && this.#proxy === null) this.#proxy = await DelayProxy.before(this.#serverPort, delayMs);
  }

  /** Where clients of this server connect. */
  site(): Site {
    const port = this.#proxy?.port ?? this.#serverPort;
    return { port, channel: CHANNEL, pollMs: this.of('pollMs'), since: 'now', traffic: this.#crowd.traffic };
  }

  /**
   * Subscribes so many; resolves when nothing will be missed by any of them (of those who come for the past, nothing ever is), with
   * how long it took until all were ready.
   */
  async subscribe(count: number, coming: Coming = {}): Promise<number> {
    const begun = performance.now();
    const joining = this.#joining(coming);
    await this.#crowd.join(count, coming.channelOf ?? (() => CHANNEL), joining, this.#published);
    const readyMs = performance.now() - begun;
    if (joining.since === 'now') await this.settle();
    return readyMs;
  }

  /**
   * Starts a process for so many who come for the past of a channel, so that no process but the server is shared with those who are
   * measured. Resolves when it runs, with what lets them come: that one resolves when all are ready. What they get is counted, but
   * is in no figure. For nobody, no process is started.
   */
  async prepareLate(count: number, channel: string): Promise<() => Promise<void>> {
    if (count === 0) return () => Promise.resolve();
    const late = new LateHandle(this.#isPinned);
    this.#late = late;
    await late.start(this.contestant.name);
    return () => late.join(count, channel, this.#joining({ since: 'earliest' }), this.#published);
  }

  #joining({ since = 'now', atOnce = 64, retries = false }: Coming): Joining {
    const { port, pollMs } = this.site();
    return { port, bytes: this.#bytes, pollMs, since, atOnce, retries };
  }

  /** Waits until everybody waits: for what a reader cannot see, and for polls that have just been answered to be back. */
  async settle(): Promise<void> {
    await sleep(SETTLE_MS + 2 * this.of('delayMs'));
  }

  /** Publishes, and resolves when everything has arrived, or will not. */
  async publish({ ticks, ticksPerSecond, perTick = 1, channels = [CHANNEL] }: Schedule): Promise<void> {
    const order = { order: 'publish', channels, bytes: this.#bytes, ticks, perTick, ticksPerSecond } as const;
    this.#published = new Map(Object.entries((await this.#server.ask(order, 'published')).published));
  }

  /** Publishes so many messages for nobody, as fast as a server takes them: what it has in its log when somebody comes. */
  async fill(count: number, channel = CHANNEL): Promise<void> {
    if (count > 0) await this.publish({ ...PAST, ticks: Math.ceil(count / PAST.perTick), channels: [channel] });
  }

  async arrival(): Promise<void> {
    const patienceMs = PATIENCE_MS + 4 * this.of('delayMs') + 2 * this.of('pollMs');
    await Promise.all([
      this.#crowd.arrival(this.#published, patienceMs),
      this.#late?.arrival(this.#published, patienceMs),
    ]);
  }

  /** Publishes for so long as fast as the slowest subscriber gets it. */
  async pump(window: number, forMs: number): Promise<void> {
    const from = this.#published.get(CHANNEL) ?? 0;
    const credit = setInterval(() => {
      this.#server.tell({ order: 'credit', arrived: this.#crowd.slowest() - from });
    }, 2);
    try {
      const order = { order: 'pump', channel: CHANNEL, bytes: this.#bytes, window, forMs } as const;
      this.#published = new Map(Object.entries((await this.#server.ask(order, 'published')).published));
    } finally {
      clearInterval(credit);
    }
  }

  /** @param collect whether garbage is collected first, for a figure of memory */
  async snapshot(collect = false): Promise<Snapshot> {
    const { usage } = await this.#server.ask({ order: 'measure', collect }, 'measured');
    const { traffic, delivered } = this.#crowd;
    return { usage, traffic: { ...traffic }, delivered, at: performance.now() };
  }

  /** How late the recorded messages were. */
  latencies(): Pick<Figures, 'meanMs' | 'p50Ms' | 'p99Ms' | 'p999Ms'> {
    const late = this.#crowd.lateness;
    const ms = (micros: number) => micros / MICROS_PER_MS;
    return {
      meanMs: ms(late.mean),
      p50Ms: ms(late.percentile(50)),
      p99Ms: ms(late.percentile(99)),
      p999Ms: ms(late.percentile(99.9)),
    };
  }

  /** What messages cost between two moments, and how late they were. */
  costs(before: Snapshot, after: Snapshot): Figures {
    const messages = after.delivered - before.delivered;
    const requests = after.traffic.requests - before.traffic.requests;
    const cpuMicros = after.usage.cpuMicros - before.usage.cpuMicros;
    if (messages === 0) return {};
    return {
      cpuMicrosPerMessage: cpuMicros / messages,
      ...(requests > 0
        ? { cpuMicrosPerRequest: cpuMicros / requests, requestsPerSecond: requests / ((after.at - before.at) / 1_000) }
        : {}),
      ...this.latencies(),
      upBytesPerMessage: (after.traffic.up - before.traffic.up) / messages,
      downBytesPerMessage: (after.traffic.down - before.traffic.down) / messages,
      requestsPerMessage: requests / messages,
      rssPeakMiB: after.usage.peakBytes / 2 ** 20,
    };
  }

  /** Ends the server as a crash would, and starts another one at the same address. Its subscribers are to be had anew. */
  async restart(): Promise<void> {
    this.#past.push(this.#crowd.counts(this.#published));
    this.#failures.push(...this.#crowd.failures);
    this.#crowd.close();
    this.#crowd = new Crowd(this.contestant);
    await this.#server.end();
    this.#server = new ServerHandle(this.#isPinned);
    await this.#start(this.#serverPort);
  }

  /** What became of all messages so far. */
  counts(): Counts {
    const late = this.#late?.standing?.counts;
    const all = [...this.#past, this.#crowd.counts(this.#published), ...(late === undefined ? [] : [late])];
    const sum = (read: (counts: Counts) => number) => all.reduce((total, counts) => total + read(counts), 0);
    return {
      expected: sum(({ expected }) => expected),
      delivered: sum(({ delivered }) => delivered),
      lost: sum(({ lost }) => lost),
      repeated: sum(({ repeated }) => repeated),
      disordered: sum(({ disordered }) => disordered),
    };
  }

  /** Why the figures say nothing, if so. */
  failure(): string | null {
    const late = this.#late?.standing?.failures ?? [];
    const [broken] = [...this.#failures, ...this.#crowd.failures, ...late];
    if (broken !== undefined) return broken;
    const { lost, repeated, disordered } = this.counts();
    if (lost + repeated + disordered === 0) return null;
    return `${lost} messages were lost, ${repeated} repeated and ${disordered} out of order`;
  }

  async end(): Promise<void> {
    this.#crowd.close();
    this.#proxy?.close();
    await Promise.all([this.#late?.end(), this.#server.end()]);
  }

  get #bytes(): number {
    return Math.max(STAMP_BYTES, this.of('bytes', 100));
  }
}
