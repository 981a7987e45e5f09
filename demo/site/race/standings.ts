import type { Lane } from '../lane/lane.js';

/** What silence costs a lane in a minute, as it was measured. */
export interface IdleCost {
  readonly requests: number;
  readonly bytes: number;
}

/** What one lane has come to in a run: the figures beside it and in the table. `null`: not known yet. */
export interface Standing {
  readonly transport: string;
  readonly last: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly messages: number;
  readonly requests: number | null;
  readonly up: number | null;
  readonly down: number | null;
  /** Bytes both ways. */
  readonly perMessage: number | null;
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
    last: latencies.last,
    p50: latencies.percentile(50),
    p99: latencies.percentile(99),
    messages: tally.received,
    requests: cost?.requests ?? null,
    up: cost?.up ?? null,
    down: cost?.down ?? null,
    perMessage: spending.perMessage,
    idle: idle.get(transport) ?? null,
    cpu: cpu[transport] ?? null,
  };
}
