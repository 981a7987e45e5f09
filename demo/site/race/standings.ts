import type { Lane } from '../lane/lane.js';

/** What silence costs a lane in a minute, as it was measured. */
export interface IdleCost {
  readonly requests: number;
  readonly bytes: number;
}

/** What one lane has come to in a run: the figures beside it and in the table. `null`: not known yet. */
export interface Standing {
  readonly transport: string;
  /** The median of what came within the last second of messages; `null` while the lane is not open, too. */
  readonly now: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
  /** By how much the latencies may be off: the clocks are not known any better. */
  readonly errorMs: number;
  readonly messages: number;
  /** Messages of other channels. */
  readonly others: number;
  /** How often it was opened. */
  readonly openings: number;
  readonly requests: number | null;
  readonly up: number | null;
  readonly down: number | null;
  /** Bytes both ways for one message, once the lane is open. */
  readonly perMessage: number | null;
  /** Of how many messages that was taken. */
  readonly counted: number;
  /** Bytes both ways that it took to open the lane. */
  readonly opening: number | null;
  readonly idle: IdleCost | null;
  /** CPU of the gateway for one message, in microseconds. */
  readonly cpu: number | null;
}

/** What is measured besides the lanes' own experience, by transport. */
export interface Measured {
  readonly idle: ReadonlyMap<string, IdleCost>;
  readonly cpu: Readonly<Record<string, number>>;
}

/** How a lane stands. */
export function standingOf(transport: string, lane: Lane, { idle, cpu }: Measured): Standing {
  const { latencies, tally, spending } = lane;
  const cost = spending.total;
  return {
    transport,
    now: lane.state === 'open' ? latencies.now : null,
    p50: latencies.median,
    p99: latencies.percentile(99),
    errorMs: latencies.errorMs,
    messages: tally.received,
    others: lane.others,
    openings: lane.openings,
    requests: cost?.requests ?? null,
    up: cost?.up ?? null,
    down: cost?.down ?? null,
    perMessage: spending.perMessage,
    counted: spending.counted,
    opening: spending.opening,
    idle: idle.get(transport) ?? null,
    cpu: cpu[transport] ?? null,
  };
}
