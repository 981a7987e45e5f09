import type { Contestant } from '../contestant.js';
import type { Mode, Scenario, Settings } from '../scenario.js';
import { delayed, isChosen } from './settings.js';
import { steady } from './steady.js';

/** What a quick run looks at beside the product. */
const OTHERS = ['ws', 'express polling'];
/** At least so many messages are needed for a mean. */
const FEWEST = 20;

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const isPolling = contestant.technique === 'polling';
  const size = (perSecond: number, seconds: number, pollMs: number): Settings => {
    return { subscribers: 20, perSecond, seconds, bytes: 100, ...(isPolling ? { pollMs } : {}) };
  };
  if (mode === 'smoke') return [{ ...size(20, 0.3, 50), subscribers: 2 }];
  if (!isChosen(mode, contestant, OTHERS)) return [];
  if (mode === 'quick') {
    const near = isPolling ? [size(20, 1.6, 400)] : [size(20, 1, 0), size(200, 0.6, 0)];
    const far = isPolling || contestant.kind !== 'pushgate' ? [] : [{ ...size(10, 2, 0), delayMs: 50 }];
    return [...near, ...far];
  }
  if (isPolling) {
    const near = [200, 1_000, 5_000].map((pollMs) => size(10, pollMs <= 1_000 ? 4 : 12, pollMs));
    return [...near, ...delayed(mode, size(10, 4, 1_000))];
  }
  const rates = [1, 5, 20, 100, 500].map((perSecond) => size(perSecond, Math.max(2, FEWEST / perSecond / 2), 0));
  return [...rates, ...delayed(mode, size(5, 4, 0))];
}

/** How late messages are, by how often there is one, and by how often is asked. */
export const rates: Scenario = {
  name: 'rates',
  question: 'How late is a message, by how often there is one, by the interval of polls, and by the distance?',
  figure: () => 'meanMs',
  plan,
  seconds: ({ seconds = 0, pollMs = 0, delayMs = 0 }) => 1.3 * seconds + pollMs / 500 + delayMs / 50,
  async run(trial) {
    await trial.subscribe(trial.of('subscribers'));
    return steady(trial, { perSecond: trial.of('perSecond'), seconds: trial.of('seconds') });
  },
};
