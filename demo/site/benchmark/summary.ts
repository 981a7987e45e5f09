import type { Measured } from './trial.js';

/** What all trials of a transport come to. Absent figures are `null`. */
export interface Summary {
  readonly transport: string;
  readonly connectMs: number | null;
  readonly roundTripMs: number | null;
  readonly p50Ms: number | null;
  /** A percentile of so few would be little else. */
  readonly slowestMs: number | null;
  readonly bytesPerMessage: number | null;
  readonly requestsPerMessage: number | null;
  readonly received: number;
  readonly lost: number;
  /** Smallest first. */
  readonly latenciesMs: readonly number[];
}

/** Puts the trials of a transport together, with the server's clock so far ahead of the page's. */
export function summaryOf(transport: string, trials: readonly Measured[], aheadMs: number): Summary {
  const arrived = trials.flatMap((trial) => trial.arrivals);
  const latenciesMs = sorted(arrived.map(({ leftAt, arrivedAt }) => Math.max(0, arrivedAt + aheadMs - leftAt)));
  const costs = trials.flatMap(({ cost }) => cost ?? []);
  const received = latenciesMs.length;
  const isCounted = received > 0 && costs.length === trials.length;
  const bytes = costs.reduce((sum, { up, down }) => sum + up + down, 0);
  const requests = costs.reduce((sum, cost) => sum + cost.requests, 0);
  return {
    transport,
    connectMs: percentile(sorted(trials.map(({ connectMs }) => connectMs)), 0.5),
    roundTripMs: percentile(sorted(trials.flatMap(({ roundTripsMs }) => roundTripsMs)), 0.5),
    p50Ms: percentile(latenciesMs, 0.5),
    slowestMs: latenciesMs.at(-1) ?? null,
    bytesPerMessage: isCounted ? bytes / received : null,
    requestsPerMessage: isCounted ? requests / received : null,
    received,
    lost: trials.reduce((sum, { expected }) => sum + expected, 0) - received,
    latenciesMs,
  };
}

/** The smallest value that is not less than such a share of all (the nearest rank); `null` of none. */
export function percentile(values: readonly number[], share: number): number | null {
  return values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? null;
}

/**
 * Which share of each transport's messages had arrived after how long: the times of all in the first column, and a column
 * for each summary.
 */
export function arrivals(summaries: readonly Summary[]): readonly (readonly number[])[] {
  const times = sorted([...new Set(summaries.flatMap(({ latenciesMs }) => latenciesMs).map(positive))]);
  const columns = summaries.map(({ latenciesMs }) => {
    let count = 0;
    return times.map((time) => {
      while (count < latenciesMs.length && positive(latenciesMs[count] ?? 0) <= time) count += 1;
      return latenciesMs.length === 0 ? 0 : count / latenciesMs.length;
    });
  });
  return [times, ...columns];
}

/** In the order of a run: each round begins with another transport, so that what the machine does meanwhile falls on all. */
export function inTurns(transports: readonly string[], rounds: number): readonly string[] {
  return Array.from({ length: rounds }, (_, round) => {
    const first = round % Math.max(1, transports.length);
    return [...transports.slice(first), ...transports.slice(0, first)];
  }).flat();
}

/** A logarithmic scale has no zero. */
function positive(ms: number): number {
  return Math.max(0.05, ms);
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
