import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { farther, isChosen, pollMsOf } from './settings.js';

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const poll = pollMsOf(contestant, 1_000);
  if (mode === 'smoke') return [{ subscribers: 4, ...pollMsOf(contestant, 100) }];
  if (mode === 'quick')
    return isChosen(mode, contestant, ['socket.io websocket']) ? [{ subscribers: 300, ...poll }] : [];
  return [{ subscribers: 1_000, ...poll }, ...farther(mode, contestant, { subscribers: 500, ...poll })];
}

/** The server goes down as in a crash, comes up again, and everybody is there at once. */
export const storm: Scenario = {
  name: 'storm',
  question: 'How long until all are served when they come back at once to a server that has just started?',
  figure: () => 'readyMs',
  isOnce: () => true,
  plan,
  seconds: ({ subscribers = 0, delayMs = 0 }) => 1.5 + subscribers / 700 + delayMs / 40,
  async run(trial) {
    const subscribers = trial.of('subscribers');
    await trial.subscribe(subscribers);
    await trial.publish({ ticks: 2, ticksPerSecond: 20 });
    await trial.arrival();
    await trial.restart();
    const before = await trial.snapshot();
    const readyMs = await trial.subscribe(subscribers, { atOnce: subscribers, retries: true });
    const after = await trial.snapshot();
    // Who is back is back only if messages arrive.
    await trial.publish({ ticks: 2, ticksPerSecond: 20 });
    await trial.arrival();
    return {
      readyMs,
      cpuMicrosPerConnect: (after.usage.cpuMicros - before.usage.cpuMicros) / subscribers,
      rssPeakMiB: after.usage.peakBytes / 2 ** 20,
    };
  },
};
