import type { Figures } from '../result.js';
import type { Scenario } from '../scenario.js';
import type { Trial } from '../trial.js';

/** What warms up before it counts: compilers, buffers, the clients' windows. */
const WARM_UP = 0.3;
const MOST_WARM_UP_TICKS = 400;
/** So many ticks may be under way while it warms up. */
const WARM_UP_TICKS = 2;

/** What is published at a steady rate, after a part of it that is discarded. */
export interface Steady {
  readonly perSecond: number;
  readonly seconds: number;
  readonly perTick?: number;
  readonly channels?: readonly string[];
  /** How late messages are is recorded for this channel alone. @default for all */
  readonly recorded?: string;
  /** Published before it counts: as much as is counted, or something else. @default a part of the same */
  readonly warmUp?: 'as much' | (() => Promise<void>);
}

/** Publishes steadily to those who have subscribed, and measures until everything has arrived. */
export async function steady(trial: Trial, { perSecond, seconds, recorded, warmUp, ...how }: Steady): Promise<Figures> {
  const ticks = Math.max(1, Math.round(perSecond * seconds));
  const few = warmUp === 'as much' ? ticks : Math.min(MOST_WARM_UP_TICKS, Math.ceil(ticks * WARM_UP));
  // With many channels, each tick is for one of them: all get as many.
  const whole = (count: number) => Math.ceil(count / (how.channels?.length ?? 1)) * (how.channels?.length ?? 1);
  if (typeof warmUp === 'function') await warmUp();
  else await trial.publish({ ticks: whole(few), ticksPerSecond: perSecond, ...how });
  await trial.arrival();
  await trial.settle();
  trial.crowd.record(recorded);
  const before = await trial.snapshot();
  await trial.publish({ ticks: whole(ticks), ticksPerSecond: perSecond, ...how });
  await trial.arrival();
  const after = await trial.snapshot();
  return trial.costs(before, after);
}

/** What the scenarios have in common in which many subscribe to one channel, and as many ticks come as the settings say. */
export const onOneChannel: Pick<Scenario, 'figure' | 'further' | 'seconds' | 'run'> = {
  figure: () => 'cpuMicrosPerMessage',
  // Messages that are in the log already.
  further: ['retained'],
  seconds: ({ seconds = 0, subscribers = 0, delayMs = 0, retained = 0 }) =>
    1.3 * seconds + subscribers / 3_000 + delayMs / 100 + retained / 15_000,
  async run(trial) {
    await trial.fill(trial.of('retained'));
    const perTick = trial.of('burst', 1);
    const seconds = trial.of('seconds');
    await trial.subscribe(trial.of('subscribers'));
    // As fast as they arrive: the same time warms up several times as many deliveries, and code that is not compiled yet would
    // be most of what a short run measures.
    const warmUp = () => trial.pump(WARM_UP_TICKS * perTick, WARM_UP * seconds * 1_000);
    return steady(trial, { perSecond: trial.of('perSecond'), seconds, perTick, warmUp });
  },
};
