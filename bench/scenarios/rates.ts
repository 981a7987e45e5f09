import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { delayed, isCentral, isChosen } from './settings.js';
import { steady } from './steady.js';

/** Whom a quick run looks at beside the product. */
const OTHERS = ['pushgate sse', 'pushgate long-polling', 'ws', 'pushgate polling'];
/** The rate of a quick run, at which those who poll stand beside the others. */
const QUICK = 4;
/**
 * That of a full run, at which the distance changes as well. Its interval is longer than the longest round trip, so that a long-poll is back when the next message comes,
 * and no multiple of any: it would come back at the very moment of each message, now just before it and now just after.
 */
const USUAL = 1.9;
/** A hundred thousand deliveries a second, where some are late that are not at a trickle. */
const HIGH_RATE = { subscribers: 100, perSecond: 1_000, seconds: 2, bytes: 100 };
const AT_HIGH_RATE = ['pushgate websocket', 'pushgate sse', 'ws', 'bare sse'];

function isAtHighRate({ perSecond }: Settings): boolean {
  return perSecond === HIGH_RATE.perSecond;
}

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const isPolling = contestant.technique === 'polling';
  const size = (perSecond: number, seconds: number, pollMs = 0): Settings => {
    return { subscribers: 20, perSecond, seconds, bytes: 100, ...(isPolling ? { pollMs } : {}) };
  };
  if (mode === 'smoke') {
    const near = isPolling ? [size(20, 0.3, 50), size(20, 0.3, 100)] : [size(20, 0.3), size(40, 0.2)];
    return [...near, { ...size(20, 0.2, 50), delayMs: 10 }].map((one) => ({ ...one, subscribers: 2 }));
  }
  if (mode === 'quick') {
    if (!isChosen(mode, contestant, OTHERS)) return [];
    // Fewer polls than messages: what the two cost in requests is one of the questions.
    if (isPolling) return [size(QUICK, 1.5, 500)];
    return contestant.kind === 'pushgate' ? [size(QUICK, 1), { ...size(QUICK, 1), delayMs: 50 }] : [size(QUICK, 1)];
  }
  const far = isCentral(contestant) ? delayed(mode, size(USUAL, 3, 1_000)) : [];
  if (isPolling) return [size(USUAL, 3, 200), size(USUAL, 3, 1_000), size(USUAL, 6, 3_000), ...far];
  const high = AT_HIGH_RATE.includes(contestant.name) ? [HIGH_RATE] : [];
  return [size(USUAL, 3), size(50, 1), size(500, 1), ...far, ...high];
}

/** How late messages are, by how often there is one, and by how often is asked. */
export const rates: Scenario = {
  name: 'rates',
  question: 'How late is a message, by how often there is one, by the interval of polls, and by the distance?',
  figure: () => 'meanMs',
  isOnce: (settings) => !isAtHighRate(settings),
  isApart: isAtHighRate,
  plan,
  seconds: ({ seconds = 0, pollMs = 0, delayMs = 0 }) => 1.3 * seconds + pollMs / 500 + delayMs / 100,
  async run(trial) {
    await trial.subscribe(trial.of('subscribers'));
    return steady(trial, { perSecond: trial.of('perSecond'), seconds: trial.of('seconds') });
  },
};
