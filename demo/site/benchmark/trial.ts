import { connect, type PushClient } from '../../../client/index.js';
import type { ClockBounds } from '../feed/clock-bounds.js';
import { callPast } from '../page/call-past.js';
import { randomName } from '../page/random-name.js';
import { askReport } from '../page/report.js';
import { BENCHMARK, type BenchmarkMessage, type Burst, benchmarkChannel } from '../words/benchmark.js';
import { LANE_PARAMETER } from '../words/lane-name.js';
import { NOW_METHOD } from '../words/machine-figures.js';
import { type Cost, FREE } from '../words/report.js';

/** How long something may take beyond what it has to, in milliseconds. */
const PATIENCE_MS = 10_000;

/** What is the same for all trials of a run. */
export interface TrialSettings {
  /** The gateway's base path. */
  readonly path: string;
  /** Learns from everything that carries a time of the server. */
  readonly clock: ClockBounds;
  readonly pollMs: number;
  readonly roundTrips: number;
  readonly burst: Omit<Burst, 'run'>;
  /** Aborted when the visitor has enough. */
  readonly signal: AbortSignal;
  /** Told whenever something has been measured. */
  readonly moved: () => void;
}

/** A message on its way. */
export interface Arrival {
  readonly leftAt: number;
  readonly arrivedAt: number;
}

/** What one client on one transport has measured, once. */
export interface Measured {
  /** Until the first answer had come through it, in milliseconds. */
  readonly connectMs: number;
  readonly roundTripsMs: readonly number[];
  /** For each message when it left, by the server's clock, and when it was here, by the page's; in milliseconds. */
  readonly arrivals: readonly Arrival[];
  /** Messages that were asked for. */
  readonly expected: number;
  /** What the messages have cost at the gateway's sockets; `null` where nobody counts. */
  readonly cost: Cost | null;
}

/** Connects over one transport, makes round trips, receives messages at a steady rate, and goes again. */
export async function measure(transport: string, settings: TrialSettings): Promise<Measured> {
  const id = randomName();
  const startedAt = performance.now();
  const push = connect(`${settings.path}?${LANE_PARAMETER}=${id}`, {
    transports: [transport],
    pollMs: settings.pollMs,
  });
  try {
    return await measureWith(push, id, startedAt, settings);
  } finally {
    await push.close();
  }
}

async function measureWith(
  push: PushClient,
  id: string,
  startedAt: number,
  settings: TrialSettings,
): Promise<Measured> {
  const { path, clock, burst, signal, moved } = settings;
  const run = randomName();
  const arrivals: Arrival[] = [];
  let arrived = (): void => {};
  const subscription = push.subscribe<BenchmarkMessage>(benchmarkChannel(run), ({ data: { at } }) => {
    const arrivedAt = performance.now();
    clock.arrived(at, arrivedAt);
    arrivals.push({ leftAt: at, arrivedAt });
    moved();
    arrived();
  });
  await within(PATIENCE_MS, signal, subscription.ready);
  const connectMs = performance.now() - startedAt;
  moved();

  const roundTripsMs: number[] = [];
  for (let trip = 0; trip < settings.roundTrips; trip++) {
    const askedAt = performance.now();
    const time = await within(PATIENCE_MS, signal, push.call(NOW_METHOD));
    const answeredAt = performance.now();
    roundTripsMs.push(answeredAt - askedAt);
    if (typeof time === 'number') clock.told(askedAt, time, answeredAt);
    moved();
  }

  const before = await costOf(id);
  const all = new Promise<void>((resolve) => {
    arrived = () => {
      if (arrivals.length === burst.messages) resolve();
    };
  });
  // Past the client, so that it is charged with its messages only.
  await callPast(path, BENCHMARK.begin, { run, ...burst });
  const dueMs = (burst.messages / burst.perSecond) * 1_000;
  // What has not come by then counts as lost.
  await within(dueMs + PATIENCE_MS, signal, all).catch((error: unknown) => {
    if (signal.aborted) void callPast(path, BENCHMARK.stop, { run }).catch(() => {});
    signal.throwIfAborted();
    if (!(error instanceof Late)) throw error;
  });
  const after = await costOf(id);
  const cost = before === null || after === null ? null : less(after, before);
  return { connectMs, roundTripsMs, arrivals, expected: burst.messages, cost };
}

/** What a lane has cost; `null` where the demo's server is not there to tell. */
async function costOf(id: string): Promise<Cost | null> {
  try {
    return (await askReport([{ id }])).lanes[id]?.cost ?? FREE;
  } catch {
    return null;
  }
}

function less(after: Cost, before: Cost): Cost {
  return { requests: after.requests - before.requests, up: after.up - before.up, down: after.down - before.down };
}

/** Something has not come in time. */
class Late extends Error {}

function within<Result>(ms: number, signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    const timer = setTimeout(() => reject(new Late(`no answer for ${ms} ms`)), ms);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    });
  });
}
