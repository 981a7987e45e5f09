import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { farther, pollMsOf } from './settings.js';
import { steady } from './steady.js';

const SIZES = [16, 1_024, 32_768, 1_048_576] as const;
/** So much a second, over all subscribers: what a core can carry without being what is measured. */
const BYTES_PER_SECOND = 60_000_000;
const SUBSCRIBERS = 10;
/** Whose heads differ most. */
const QUICK = ['pushgate websocket', 'pushgate long-polling'];

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  const { mostBytes = Number.POSITIVE_INFINITY } = contestant;
  const comesThrough = ({ bytes = 0 }: Settings) => bytes <= mostBytes;
  const poll = pollMsOf(contestant, 200);
  const size = (bytes: number, seconds: number): Settings => {
    const perSecond = Math.max(2, Math.min(50, Math.round(BYTES_PER_SECOND / bytes / SUBSCRIBERS)));
    return { subscribers: SUBSCRIBERS, bytes, perSecond, seconds, ...poll };
  };
  if (mode === 'smoke')
    return [
      { ...size(16, 0.2), subscribers: 2 },
      { ...size(1_048_576, 0.5), subscribers: 2 },
    ].filter(comesThrough);
  if (mode === 'quick') return QUICK.includes(contestant.name) ? [size(16, 0.3), size(1_048_576, 0.6)] : [];
  return [
    ...SIZES.map((bytes) => size(bytes, 0.7)).filter(comesThrough),
    ...farther(mode, contestant, size(32_768, 1)),
  ];
}

/** From the shortest message to a large one. */
export const sizes: Scenario = {
  name: 'sizes',
  question: 'How does the size of a message move the balance?',
  figure: () => 'cpuMicrosPerMessage',
  isOnce: () => true,
  plan,
  seconds: ({ seconds = 0, delayMs = 0 }) => 1.6 * seconds + delayMs / 100,
  async run(trial) {
    await trial.subscribe(trial.of('subscribers'));
    return steady(trial, { perSecond: trial.of('perSecond'), seconds: trial.of('seconds') });
  },
};
