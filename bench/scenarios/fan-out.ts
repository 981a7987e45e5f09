import type { Contestant } from '../contestant.js';
import { type Scenario, usuallyOnce } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { delayed, isCentral, pollMsOf } from './settings.js';
import { onOneChannel } from './steady.js';

const BYTES = 100;
/** So many that a cost that grows with them would show. */
const MANY = 10_000;
/** Whose cost is looked at with so many, and with a long log. */
const LARGE = ['pushgate websocket', 'pushgate sse', 'pushgate long-polling', 'ws'];
const LONG = ['pushgate websocket'];

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const poll = pollMsOf(contestant, mode === 'full' ? 1_000 : mode === 'quick' ? 500 : 200);
  const size = (subscribers: number, perSecond: number, seconds: number): Settings => {
    return { subscribers, perSecond, seconds, bytes: BYTES, ...poll };
  };
  const far = isCentral(contestant) ? delayed(mode, size(100, 20, 1)) : [];
  switch (mode) {
    case 'smoke':
      return [size(4, 50, 0.2), size(8, 25, 0.2)];
    case 'quick':
      return isCentral(contestant) ? [size(1_000, 10, 1)] : [];
    case 'full':
      return [
        // The same number of deliveries in a second, so that sockets and caches get the same.
        size(100, 100, 1.5),
        size(1_000, 10, 3),
        size(4_000, 2.5, 3),
        ...far,
        ...(LARGE.includes(contestant.name) ? [size(MANY, 1, 4)] : []),
        ...(LONG.includes(contestant.name)
          ? [0, 100_000].map((retained) => ({ ...size(1_000, 10, 2), retained }))
          : []),
      ];
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
  isOnce: (settings) => settings['subscribers'] !== MANY && usuallyOnce(settings),
};
