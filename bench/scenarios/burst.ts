import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { farther, isCentral, pollMsOf } from './settings.js';
import { onOneChannel } from './steady.js';

/** Messages that are published in one tick. */
const BURST = 50;

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const poll = pollMsOf(contestant, 200);
  const size = (subscribers: number, perSecond: number, seconds: number): Settings => {
    return { subscribers, burst: BURST, perSecond, seconds, bytes: 100, ...poll };
  };
  if (mode === 'smoke') return [size(4, 10, 0.2)];
  if (mode === 'quick') {
    const isOne = isCentral(contestant) && !['polling', 'iframe'].includes(contestant.technique);
    return isOne ? [size(200, 10, 0.4)] : [];
  }
  return [size(1_000, 3, 2), ...farther(mode, contestant, size(100, 5, 1.2))];
}

/** Many messages in one tick, a few times a second. */
export const burst: Scenario = {
  name: 'burst',
  question: 'What does a message cost that comes together with others?',
  plan,
  ...onOneChannel,
};
