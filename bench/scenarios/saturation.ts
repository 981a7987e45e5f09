import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { delayed, isCentral } from './settings.js';

/**
 * So many messages may be under way to the slowest subscriber, and so many more for each millisecond of distance; with the greatest, still
 * fewer than servers keep.
 */
const WINDOW = 256;
const WINDOW_PER_MS = 10;
/** Of the time, so much goes by before it counts. */
const WARM_UP = 0.3;

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  // A poll without a pause between two of them: how many requests a core can answer.
  const poll = contestant.technique === 'polling' ? { pollMs: 0 } : {};
  const size = (subscribers: number, seconds: number): Settings => ({ subscribers, seconds, bytes: 100, ...poll });
  if (mode === 'smoke') return [size(4, 0.2)];
  if (mode === 'quick') return isCentral(contestant) && contestant.technique !== 'iframe' ? [size(100, 0.4)] : [];
  // A hundred who ask without a pause are as many requests as a core can answer already.
  const many = contestant.technique === 'polling' ? [] : [size(1_000, 1.2)];
  return [size(100, 1.2), ...many, ...(isCentral(contestant) ? delayed(mode, size(100, 1.2)) : [])];
}

/** As fast as the subscribers get it. */
export const saturation: Scenario = {
  name: 'saturation',
  question: 'How many messages can be delivered in a second?',
  figure: ({ technique }) => (technique === 'polling' ? 'requestsPerSecond' : 'messagesPerSecond'),
  plan,
  seconds: ({ seconds = 0, subscribers = 0 }) => (1 + WARM_UP) * seconds + subscribers / 3_000,
  async run(trial) {
    await trial.subscribe(trial.of('subscribers'));
    const forMs = trial.of('seconds') * 1_000;
    const window = WINDOW + WINDOW_PER_MS * trial.of('delayMs');
    await trial.pump(window, WARM_UP * forMs);
    await trial.arrival();
    trial.crowd.record();
    const before = await trial.snapshot();
    await trial.pump(window, forMs);
    await trial.arrival();
    const after = await trial.snapshot();
    const seconds = (after.at - before.at) / 1_000;
    return { ...trial.costs(before, after), messagesPerSecond: (after.delivered - before.delivered) / seconds };
  },
};
