import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { CHANNEL } from '../trial.js';
import { farther, isCentral, pollMsOf } from './settings.js';
import { steady } from './steady.js';

/** What those missed who catch up meanwhile. */
const PAST = 'past';
/** When they come: after the warm-up, and while there is still much to be said to the others. */
const COMING_MS = 800;

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  if (!contestant.remembers || mode === 'quick' || !isCentral(contestant)) return [];
  const poll = pollMsOf(contestant, 200);
  const size = (late: number, missed: number, seconds: number): Settings => {
    return { subscribers: 50, late, missed, perSecond: 50, seconds, bytes: 100, ...poll };
  };
  if (mode === 'smoke') return [0, 2].map((late) => ({ ...size(late, 300, 0.3), subscribers: 2 }));
  return [size(0, 10_000, 2), size(50, 10_000, 2), ...farther(mode, contestant, size(50, 10_000, 2)).slice(0, 1)];
}

/** Some get messages at a steady rate while others, on another channel, fetch a long past. */
export const bystanders: Scenario = {
  name: 'bystanders',
  question: 'How late are messages for those who are there while others catch up?',
  figure: () => 'p99Ms',
  isOnce: () => true,
  // Beside which the others are late.
  isApart: ({ late }) => late === 0,
  plan,
  seconds: ({ seconds = 0, missed = 0, late = 0, delayMs = 0 }) =>
    1.3 * seconds + missed / 15_000 + (missed * late) / 300_000 + delayMs / 50,
  async run(trial) {
    await trial.fill(trial.of('missed'), PAST);
    await trial.subscribe(trial.of('subscribers'));
    const come = await trial.prepareLate(trial.of('late'), PAST);
    const warmUp = () => trial.pump(2, 300);
    const live = steady(trial, {
      perSecond: trial.of('perSecond'),
      seconds: trial.of('seconds'),
      recorded: CHANNEL,
      warmUp,
    });
    const late = sleep(COMING_MS).then(come);
    const [{ rssPeakMiB }] = await Promise.all([live, late]);
    await trial.arrival();
    return { ...trial.latencies(), ...(rssPeakMiB === undefined ? {} : { rssPeakMiB }) };
  },
};
