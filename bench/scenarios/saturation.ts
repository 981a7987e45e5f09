import type { Contestant } from '../contestant.js';
import type { Figures } from '../result.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import type { Trial } from '../trial.js';
import { farther, isCentral } from './settings.js';
import { steady } from './steady.js';

/**
 * So many messages may be under way to the slowest subscriber, and so many more for each millisecond of distance; with the greatest, still
 * fewer than servers keep.
 */
const WINDOW = 256;
const WINDOW_PER_MS = 10;
/** Of the time, so much goes by before it counts. */
const WARM_UP = 0.3;

/** A hundred who ask without a pause are as many requests as a core can answer already; hardly any is answered with a message. */
const POLLS = { subscribers: 100, pollMs: 0, perSecond: 5, bytes: 100 };

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const isPolling = contestant.technique === 'polling';
  const size = (subscribers: number, seconds: number): Settings => {
    return isPolling ? { ...POLLS, seconds } : { subscribers, seconds, bytes: 100 };
  };
  if (mode === 'smoke') return [{ ...size(4, 0.4), subscribers: 4 }];
  if (mode === 'quick') return isCentral(contestant) && contestant.technique !== 'iframe' ? [size(100, 0.4)] : [];
  // Over a distance it is the distance that says how often one can ask.
  const far = isPolling ? [] : farther(mode, contestant, size(100, 1.2));
  return [size(1_000, 1.2), ...far];
}

/** As fast as the subscribers get it; of those who poll, as fast as they are answered. */
export const saturation: Scenario = {
  name: 'saturation',
  question: 'How many messages can be delivered in a second, and how many polls be answered?',
  figure: ({ technique }) => (technique === 'polling' ? 'cpuMicrosPerRequest' : 'messagesPerSecond'),
  plan,
  seconds: ({ seconds = 0, subscribers = 0 }) => (1 + WARM_UP) * seconds + subscribers / 1_000,
  async run(trial) {
    const seconds = trial.of('seconds');
    await trial.subscribe(trial.of('subscribers'));
    if (trial.contestant.technique === 'polling') return polls(trial, seconds);
    const forMs = seconds * 1_000;
    const window = WINDOW + WINDOW_PER_MS * trial.of('delayMs');
    await trial.pump(window, WARM_UP * forMs);
    await trial.arrival();
    trial.crowd.record();
    const before = await trial.snapshot();
    await trial.pump(window, forMs);
    await trial.arrival();
    const after = await trial.snapshot();
    const took = (after.at - before.at) / 1_000;
    return { ...trial.costs(before, after), messagesPerSecond: (after.delivered - before.delivered) / took };
  },
};

/** What is published meanwhile says whether what is answered is right; what it costs is lost among the polls. */
async function polls(trial: Trial, seconds: number): Promise<Figures> {
  const {
    cpuMicrosPerMessage: _cpu,
    upBytesPerMessage: _up,
    downBytesPerMessage: _down,
    requestsPerMessage: _requests,
    ...figures
  } = await steady(trial, { perSecond: trial.of('perSecond'), seconds });
  return figures;
}
