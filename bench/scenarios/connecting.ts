import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { farther, isChosen, pollMsOf } from './settings.js';

/** So many come before it counts: of the first few hundred, most of the cost is that of compiling. */
const WARM_UP = 500;
/** Whom a quick run looks at beside the product. */
const OTHERS = ['pushgate sse', 'pushgate long-polling', 'socket.io websocket', 'socket.io polling', 'better-sse'];

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const poll = pollMsOf(contestant, 1_000);
  if (mode === 'smoke') return [{ subscribers: 4, ...poll }];
  if (mode === 'quick') return isChosen(mode, contestant, OTHERS) ? [{ subscribers: 600, ...poll }] : [];
  return [{ subscribers: 1_000, ...poll }, ...farther(mode, contestant, { subscribers: 200, ...poll })];
}

/** How many connect at the same time. */
const AT_ONCE = 64;

/** New subscribers, one after the other on each of some lanes. */
export const connecting: Scenario = {
  name: 'connecting',
  question: 'What does it cost to come?',
  figure: () => 'cpuMicrosPerConnect',
  plan,
  seconds: ({ subscribers = 0, delayMs = 0 }) =>
    0.5 + (subscribers + WARM_UP) / 1_000 + (subscribers / AT_ONCE) * (delayMs / 200),
  async run(trial) {
    const subscribers = trial.of('subscribers');
    await trial.subscribe(Math.min(WARM_UP, subscribers), { atOnce: AT_ONCE });
    const before = await trial.snapshot();
    const readyMs = await trial.subscribe(subscribers, { atOnce: AT_ONCE });
    const after = await trial.snapshot();
    // Who is connected is connected only if a message arrives.
    await trial.publish({ ticks: 2, ticksPerSecond: 20 });
    await trial.arrival();
    return {
      cpuMicrosPerConnect: (after.usage.cpuMicros - before.usage.cpuMicros) / subscribers,
      readyMs,
    };
  },
};
