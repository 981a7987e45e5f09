import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { farther, isChosen, pollMsOf } from './settings.js';

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  if (!contestant.remembers) return [];
  const poll = pollMsOf(contestant, 200);
  const size = (missed: number, subscribers: number): Settings => {
    return { subscribers, missed, bytes: 100, ...poll };
  };
  if (mode === 'smoke') return [size(500, 2)];
  if (mode === 'quick') return isChosen(mode, contestant) ? [size(10_000, 5)] : [];
  return [size(10_000, 50), ...farther(mode, contestant, size(10_000, 10))];
}

/** Subscribers who come when all has been said already. */
export const catchUp: Scenario = {
  name: 'catch-up',
  question: 'How long until somebody has what was missed?',
  figure: () => 'readyMs',
  isOnce: () => true,
  plan,
  seconds: ({ missed = 0, subscribers = 0, delayMs = 0 }) =>
    missed / 15_000 + (missed * subscribers) / 300_000 + delayMs / 20,
  async run(trial) {
    await trial.fill(trial.of('missed'));
    const before = await trial.snapshot();
    const begun = performance.now();
    await trial.subscribe(trial.of('subscribers'), { since: 'earliest' });
    await trial.arrival();
    const after = await trial.snapshot();
    const { cpuMicrosPerMessage, upBytesPerMessage, downBytesPerMessage, requestsPerMessage, rssPeakMiB } = trial.costs(
      before,
      after,
    );
    if (cpuMicrosPerMessage === undefined) throw new Error('nothing of what was missed has come');
    const readyMs = performance.now() - begun;
    return {
      readyMs,
      messagesPerSecond: (after.delivered - before.delivered) / (readyMs / 1_000),
      cpuMicrosPerMessage,
      ...(upBytesPerMessage === undefined ? {} : { upBytesPerMessage }),
      ...(downBytesPerMessage === undefined ? {} : { downBytesPerMessage }),
      ...(requestsPerMessage === undefined ? {} : { requestsPerMessage }),
      ...(rssPeakMiB === undefined ? {} : { rssPeakMiB }),
    };
  },
};
