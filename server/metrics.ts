import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, Registry } from 'prom-client';
import { isErrorCode } from '../transports/error.js';
import type { Bus } from './bus/bus.js';
import { EVICTION_REASONS } from './bus/bus.js';

/** What has gone over one downlink so far. */
export interface Carried {
  readonly messages: number;
  readonly gaps: number;
  /** Its socket takes nothing at the moment. */
  readonly isFull: boolean;
  /** It was closed because it took nothing for too long. */
  readonly hasStalled: boolean;
}

/** A downlink that is counted. */
export interface Counted {
  readonly transport: string;
  readonly carried: Carried;
  /** Bytes written to its socket since it was opened, HTTP heads included. */
  readonly bytes: number;
}

/** What the downlinks of one transport have carried. */
interface Tally {
  open: number;
  ever: number;
  /** Of those that have ended. */
  messages: number;
  bytes: number;
  gaps: number;
}

/** Counted like error codes, though nobody is told them: what Node refuses by itself, and what there is no answer to. */
const UNTOLD: ReadonlySet<string> = new Set(['HEAD_TOO_LARGE', 'REQUEST_TIMEOUT', 'PIPELINE_TOO_LONG']);

const QUANTILES = [0.5, 0.99] as const;

/**
 * What the gateway counts, in the Prometheus text format. Counters of downlinks that are still open are read when they
 * are asked for, so that nothing has to be counted while messages flow.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #open = new Set<Counted>();
  /** By transport; a poll is counted too often for anything but numbers. */
  readonly #tallies = new Map<string, Tally>();
  readonly #eventLoop = monitorEventLoopDelay({ resolution: 10 });

  readonly operations = new Counter({
    name: 'pushgate_operations_total',
    help: 'Uplink operations by type and outcome.',
    labelNames: ['type', 'outcome'] as const,
    registers: [this.#registry],
  });

  readonly #refusals = new Counter({
    name: 'pushgate_refusals_total',
    help: 'Requests, upgrades, frames and operations that were refused, by error code.',
    labelNames: ['code'] as const,
    registers: [this.#registry],
  });

  readonly crowdedOut = new Counter({
    name: 'pushgate_connections_crowded_out_total',
    help: 'Connections closed because their client, one of those that a limit counts, had opened too many newer ones.',
    registers: [this.#registry],
  });

  readonly answersStalled = new Counter({
    name: 'pushgate_answers_stalled_total',
    help: 'Connections cut because their reader took nothing of a complete answer for too long.',
    registers: [this.#registry],
  });

  readonly #moves = new Counter({
    name: 'pushgate_client_moves_total',
    help: 'Downlinks that clients opened in place of one over another transport, as they say themselves.',
    labelNames: ['from', 'to'] as const,
    registers: [this.#registry],
  });

  readonly #stalled = new Counter({
    name: 'pushgate_readers_stalled_total',
    help: 'Downlinks closed because their reader took nothing for too long, by transport.',
    labelNames: ['transport'] as const,
    registers: [this.#registry],
  });

  constructor(bus: Bus) {
    this.#eventLoop.enable();
    const open = this.#open;
    const tallies = this.#tallies;
    const eventLoop = this.#eventLoop;
    new Gauge({
      name: 'pushgate_connections',
      help: 'Open downlinks by transport; a poll counts while it is answered.',
      labelNames: ['transport'] as const,
      registers: [this.#registry],
      collect() {
        for (const [transport, { open }] of tallies) this.set({ transport }, open);
      },
    });
    new Counter({
      name: 'pushgate_connections_total',
      help: 'Downlinks opened since the start, by transport.',
      labelNames: ['transport'] as const,
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [transport, { ever }] of tallies) this.inc({ transport }, ever);
      },
    });
    this.#carried(
      'pushgate_deliveries_total',
      'Messages written, by transport.',
      'messages',
      ({ carried }) => carried.messages,
    );
    this.#carried(
      'pushgate_sent_bytes_total',
      'Bytes written to sockets, by transport.',
      'bytes',
      ({ bytes }) => bytes,
    );
    this.#carried('pushgate_gaps_total', 'Gaps told to readers, by transport.', 'gaps', ({ carried }) => carried.gaps);
    this.#gauge(
      'pushgate_readers_full',
      'Downlinks whose socket takes nothing at the moment.',
      () => [...open].filter(({ carried }) => carried.isFull).length,
    );
    new Gauge({
      name: 'pushgate_event_loop_delay_seconds',
      help: 'How late the event loop was since this was last asked for, by quantile.',
      labelNames: ['quantile'] as const,
      registers: [this.#registry],
      async collect() {
        // Who asks may have waited as long as the loop was held up, and would be answered before that is noticed.
        await sleep(1);
        for (const quantile of QUANTILES) this.set({ quantile }, eventLoop.percentile(quantile * 100) / 1e9);
        eventLoop.reset();
      },
    });
    this.#gauge(
      'pushgate_log_bytes',
      'Bytes that the log takes of its total, as retention counts them.',
      async () => (await bus.size()).bytes,
    );
    this.#gauge('pushgate_log_channels', 'Channels that hold a message.', async () => (await bus.size()).channels);
    new Counter({
      name: 'pushgate_evictions_total',
      help: 'Messages that retention has taken from the log since it was opened, by what of it was exceeded.',
      labelNames: ['reason'] as const,
      registers: [this.#registry],
      async collect() {
        const { evicted } = await bus.size();
        this.reset();
        if (evicted === undefined) return;
        for (const reason of EVICTION_REASONS) this.inc({ reason }, evicted[reason]);
      },
    });
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Counts a downlink from now on. */
  opened(downlink: Counted): void {
    this.#open.add(downlink);
    const tally = this.#tallyOf(downlink.transport);
    tally.open++;
    tally.ever++;
  }

  /** Counts that a downlink has ended; may be told twice. */
  ended(downlink: Counted): void {
    if (!this.#open.delete(downlink)) return;
    const { transport, carried } = downlink;
    const tally = this.#tallyOf(transport);
    tally.open--;
    tally.messages += carried.messages;
    tally.bytes += downlink.bytes;
    tally.gaps += carried.gaps;
    if (carried.hasStalled) this.#stalled.inc({ transport });
  }

  #tallyOf(transport: string): Tally {
    const known = this.#tallies.get(transport);
    if (known !== undefined) return known;
    const tally = { open: 0, ever: 0, messages: 0, bytes: 0, gaps: 0 };
    this.#tallies.set(transport, tally);
    return tally;
  }

  /** Counts a refusal. An application's own codes are counted as one: there may be any number of them. */
  refused(code: string): void {
    this.#refusals.inc({ code: isErrorCode(code) || UNTOLD.has(code) ? code : 'OTHER' });
  }

  /** Counts that a client says to come from another transport. */
  moved(from: string, to: string): void {
    this.#moves.inc({ from, to });
  }

  close(): void {
    this.#eventLoop.disable();
    this.#registry.clear();
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      async collect() {
        this.set(await read());
      },
    });
  }

  /** A counter by transport: what the downlinks that have ended had, and what those have that are open. */
  #carried(name: string, help: string, kind: 'messages' | 'bytes' | 'gaps', read: (downlink: Counted) => number): void {
    const open = this.#open;
    const tallies = this.#tallies;
    new Counter({
      name,
      help,
      labelNames: ['transport'] as const,
      registers: [this.#registry],
      collect() {
        const totals = new Map<string, number>();
        for (const [transport, tally] of tallies) totals.set(transport, tally[kind]);
        for (const downlink of open) {
          const { transport } = downlink;
          totals.set(transport, (totals.get(transport) ?? 0) + read(downlink));
        }
        this.reset();
        for (const [transport, total] of totals) this.inc({ transport }, total);
      },
    });
  }
}
