import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { pollMsOf } from './settings.js';
import { onOneChannel } from './steady.js';

/** The ways that some can be made to go, by the setting that says which: the first one is theirs without it. */
const WAYS: Readonly<Record<string, readonly number[]>> = { express: [0, 1, 2], beside: [1], send: [0, 1] };

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const { further = [], kind } = contestant;
  if (mode === 'quick') return [];
  const size = (subscribers: number, perSecond: number, seconds: number, pollMs: number): Settings => {
    return { subscribers, perSecond, seconds, bytes: 100, ...pollMsOf(contestant, pollMs) };
  };
  const one = mode === 'smoke' ? size(4, 50, 0.2, 200) : size(1_000, 10, 3, 1_000);
  const ways = further.flatMap((name) => (WAYS[name] ?? []).map((way) => ({ ...one, [name]: way })));
  // Who has one way only is there to be compared with.
  return ways.length === 0 && kind === 'pushgate' ? [one] : ways;
}

/** The same messages by each of the ways through a server. */
export const ways: Scenario = {
  ...onOneChannel,
  name: 'ways',
  question: 'What do the fast paths spare, and what does it cost to be mounted?',
  isOnce: () => true,
  plan,
};
