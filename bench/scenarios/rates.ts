import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { delayed, isChosen } from './settings.js';
import { steady } from './steady.js';

/** What a quick run looks at beside the product. */
const OTHERS = ['ws', 'pushgate polling', 'express polling'];

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const isPolling = contestant.technique === 'polling';
  const size = (perSecond: number, seconds: number, pollMs: number): Settings => {
    return { subscribers: 20, perSecond, seconds, bytes: 100, ...(isPolling ? { pollMs } : {}) };
  };
  if (mode === 'smoke') return [{ ...size(20, 0.3, 50), subscribers: 2 }];
  if (!isChosen(mode, contestant, OTHERS)) return [];
  if (mode === 'quick') {
    const near = isPolling ? size(20, 1.6, 400) : size(20, 1, 0);
    return isPolling || contestant.kind !== 'pushgate' ? [near] : [near, { ...size(5, 2, 0), delayMs: 50 }];
  }
  if (isPolling) {
    const near = [200, 1_000, 5_000].map((pollMs) => size(10, pollMs <= 1_000 ? 3 : 11, pollMs));
    return [...near, ...delayed(mode, size(10, 3, 1_000))];
  }
  const rates = [1, 20, 500].map((perSecond) => size(perSecond, perSecond === 1 ? 4 : 1.5, 0));
  return [...rates, ...delayed(mode, size(5, 2, 0))];
}

/** How late messages are, by how often there is one, and by how often is asked. */
export const rates: Scenario = {
  name: 'rates',
  question: 'How late is a message, by how often there is one, by the interval of polls, and by the distance?',
  figure: () => 'meanMs',
  isOnce: true,
  plan,
  seconds: ({ seconds = 0, pollMs = 0, delayMs = 0 }) => 1.3 * seconds + pollMs / 500 + delayMs / 100,
  async run(trial) {
    await trial.subscribe(trial.of('subscribers'));
    return steady(trial, { perSecond: trial.of('perSecond'), seconds: trial.of('seconds') });
  },
};
