import { monitorEventLoopDelay } from 'node:perf_hooks';
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
  /** By transport; a poll is counted too often for anything but a number. */
  readonly #counts = new Map<string, { open: number; ever: number }>();
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

  readonly #deliveries = this.#ofDownlinks(
    'pushgate_deliveries_total',
    'Messages written, by transport.',
    (downlink) => downlink.carried.messages,
  );
  readonly #bytes = this.#ofDownlinks(
    'pushgate_sent_bytes_total',
    'Bytes written to sockets, by transport.',
    (downlink) => downlink.bytes,
  );
  readonly #gaps = this.#ofDownlinks(
    'pushgate_gaps_total',
    'Gaps told to readers, by transport.',
    (downlink) => downlink.carried.gaps,
  );

  constructor(bus: Bus) {
    this.#eventLoop.enable();
    const open = this.#open;
    const counts = this.#counts;
    const eventLoop = this.#eventLoop;
    new Gauge({
      name: 'pushgate_connections',
      help: 'Open downlinks by transport; a poll counts while it is answered.',
      labelNames: ['transport'] as const,
      registers: [this.#registry],
      collect() {
        for (const [transport, { open }] of counts) this.set({ transport }, open);
      },
    });
    new Counter({
      name: 'pushgate_connections_total',
      help: 'Downlinks opened since the start, by transport.',
      labelNames: ['transport'] as const,
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [transport, { ever }] of counts) this.inc({ transport }, ever);
      },
    });
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
      collect() {
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
    const counts = this.#countsOf(downlink.transport);
    counts.open++;
    counts.ever++;
  }

  /** Counts that a downlink has ended; may be told twice. */
  ended(downlink: Counted): void {
    if (!this.#open.delete(downlink)) return;
    const { transport, carried } = downlink;
    this.#countsOf(transport).open--;
    for (const counter of [this.#deliveries, this.#bytes, this.#gaps]) counter.ended(downlink);
    if (carried.hasStalled) this.#stalled.inc({ transport });
  }

  #countsOf(transport: string): { open: number; ever: number } {
    const known = this.#counts.get(transport);
    if (known !== undefined) return known;
    const counts = { open: 0, ever: 0 };
    this.#counts.set(transport, counts);
    return counts;
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
  #ofDownlinks(name: string, help: string, read: (downlink: Counted) => number) {
    const before = new Map<string, number>();
    const add = (totals: Map<string, number>, downlink: Counted) =>
      totals.set(downlink.transport, (totals.get(downlink.transport) ?? 0) + read(downlink));
    const open = this.#open;
    new Counter({
      name,
      help,
      labelNames: ['transport'] as const,
      registers: [this.#registry],
      collect() {
        const totals = new Map(before);
        for (const downlink of open) add(totals, downlink);
        this.reset();
        for (const [transport, total] of totals) this.inc({ transport }, total);
      },
    });
    return { ended: (downlink: Counted) => add(before, downlink) };
  }
}
