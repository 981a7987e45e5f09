import type { Contestant } from '../contestant.js';
import type { Technique } from '../result.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { farther, isChosen, pollMsOf } from './settings.js';
import { steady } from './steady.js';

const STREAMS: readonly Technique[] = ['websocket', 'sse', 'iframe'];

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const poll = pollMsOf(contestant, 200);
  const size = (subscribers: number, slow: number, perSecond: number, seconds: number): Settings => {
    return { subscribers, slow, perSecond, seconds, bytes: 65_536, ...poll };
  };
  if (mode === 'smoke') return [size(4, 2, 40, 0.3)];
  if (!isChosen(mode, contestant, ['ws'])) return [];
  // For each slow reader many times what the system's own buffers take: only then is it the server that has to see to the rest.
  if (mode === 'quick') return [size(10, 5, 300, 1)];
  // Who polls gets a few of these in a round trip: over a distance that alone would be measured.
  const far = STREAMS.includes(contestant.technique) ? farther(mode, contestant, size(8, 4, 60, 3)) : [];
  return [size(16, 8, 250, 1.2), ...far];
}

/** Some take nothing for a while, and then everything; the others must not feel it, nor the server's memory. */
export const slowReaders: Scenario = {
  name: 'slow-readers',
  question: 'What do slow readers cost the server, and how late are the others?',
  figure: () => 'rssPeakMiB',
  isOnce: () => true,
  plan,
  seconds: ({ seconds = 0, delayMs = 0 }) => 2 * seconds + 1 + delayMs / 50,
  async run(trial) {
    await trial.subscribe(trial.of('subscribers'));
    trial.crowd.pause(trial.of('slow'));
    const figures = await steady(trial, { perSecond: trial.of('perSecond'), seconds: trial.of('seconds') });
    const { usage } = await trial.snapshot();
    trial.crowd.resume();
    await trial.arrival();
    return { ...figures, rssPeakMiB: usage.peakBytes / 2 ** 20 };
  },
};
