import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { farther, isChosen, pollMsOf } from './settings.js';
import { steady } from './steady.js';

/** Who is asked what the number of channels alone changes. */
const OWN = ['pushgate websocket', 'ws'];

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const poll = pollMsOf(contestant, 200);
  const size = (channels: number, subscribers: number, perSecond: number, seconds: number): Settings => {
    return { channels, subscribers, perSecond, seconds, bytes: 100, ...poll };
  };
  if (mode === 'smoke') return [size(3, 6, 60, 0.2)];
  if (!isChosen(mode, contestant, ['ws'])) return [];
  if (mode === 'quick') return [size(100, 200, 500, 0.4)];
  // An audience of one each: what is left is what a channel costs. As many messages for all of them, be they of one or of many.
  const ownChannels = OWN.includes(contestant.name)
    ? [1, 1_000, 10_000].map((count) => size(count, count, 2_000, 5))
    : [];
  return [
    size(10, 1_000, 200, 1),
    size(1_000, 1_000, 1_000, 1),
    // Who is asked over a distance is not who is compared: the places in the plans of both would not be the same behind it.
    ...ownChannels,
    ...farther(mode, contestant, size(50, 100, 100, 1)),
  ];
}

/** Many channels, each with an audience of its own. */
export const channels: Scenario = {
  name: 'channels',
  question: 'What does it cost that everybody gets something else?',
  figure: () => 'cpuMicrosPerMessage',
  isOnce: () => true,
  plan,
  seconds: ({ seconds = 0, subscribers = 0, delayMs = 0 }) => 2.1 * seconds + subscribers / 1_000 + delayMs / 100,
  async run(trial) {
    const names = Array.from({ length: trial.of('channels') }, (_, index) => `c${index}`);
    const channelOf = (index: number) => names[index % names.length] ?? '';
    await trial.subscribe(trial.of('subscribers'), { channelOf });
    return steady(trial, {
      perSecond: trial.of('perSecond'),
      seconds: trial.of('seconds'),
      channels: names,
      // A channel's first message costs more than the next: warmed up with as many as are measured, all are as warm.
      warmUp: 'as much',
    });
  },
};
