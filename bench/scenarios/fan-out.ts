import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { delayed, pollMsOf } from './settings.js';
import { onOneChannel } from './steady.js';

const BYTES = 100;

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const poll = pollMsOf(contestant, mode === 'full' ? 1_000 : 200);
  const size = (subscribers: number, perSecond: number, seconds: number): Settings => {
    return { subscribers, perSecond, seconds, bytes: BYTES, ...poll };
  };
  switch (mode) {
    case 'smoke':
      return [size(4, 50, 0.2), size(8, 25, 0.2)];
    case 'quick':
      return [size(1_000, 20, 0.6)];
    case 'full':
      return [size(100, 50, 1.5), size(1_000, 20, 2), size(4_000, 5, 2), ...delayed(mode, size(100, 20, 2))];
    default:
      return mode satisfies never;
  }
}

/** Many subscribers of one channel, at a steady rate. */
export const fanOut: Scenario = {
  name: 'fan-out',
  question: 'What does a message cost that goes to many, at a steady rate?',
  plan,
  ...onOneChannel,
};
