import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { isCentral, pollMsOf } from './settings.js';

/** Connections that come first and stay: what is loaded with the first of them is no property of a connection. */
const WARM_UP = 50;

/** Of so many, memory alone is measured, and only for some. */
const MANY = 10_000;
const LARGE = ['pushgate websocket', 'pushgate sse', 'pushgate iframe', 'ws', 'bare sse'];

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  // What a page would do that polls: every few seconds.
  const poll = pollMsOf(contestant, mode === 'smoke' ? 100 : 5_000);
  if (mode === 'smoke') return [{ subscribers: 4, seconds: 0.2, ...poll }];
  if (mode === 'quick') return isCentral(contestant) ? [{ subscribers: 500, seconds: 26, ...poll }] : [];
  const large = LARGE.includes(contestant.name) ? [{ subscribers: MANY, seconds: 1 }] : [];
  return [{ subscribers: 1_000, seconds: 26, ...poll }, ...large];
}

/** Connections on which nothing is said. */
export const idle: Scenario = {
  name: 'idle',
  question: 'What does a user cost to whom nothing is said?',
  figure: () => 'rssKiBPerConnection',
  isParallel: true,
  // How much of the memory of young objects is given back is another thing each time.
  isOnce: () => false,
  plan,
  seconds: ({ seconds = 0, subscribers = 0 }) => seconds + 3 + subscribers / 500,
  async run(trial) {
    const subscribers = trial.of('subscribers');
    await trial.subscribe(WARM_UP);
    await sleep(200);
    const empty = await trial.snapshot(true);
    await trial.subscribe(subscribers);
    await sleep(200);
    const full = await trial.snapshot(true);
    const begun = performance.now();
    const { up, down, requests } = trial.crowd.traffic;
    await sleep(trial.of('seconds') * 1_000);
    const connections = subscribers + WARM_UP;
    const minutes = (performance.now() - begun) / 60_000;
    const now = trial.crowd.traffic;
    const memory = {
      rssKiBPerConnection: (full.usage.rssBytes - empty.usage.rssBytes) / 1_024 / subscribers,
      rssPeakMiB: full.usage.peakBytes / 2 ** 20,
    };
    // In less than the time between two heartbeats there is one by chance, or none.
    if (trial.of('subscribers') === MANY) return memory;
    return {
      ...memory,
      idleBytesPerMinute: (now.up - up + now.down - down) / connections / minutes,
      idleRequestsPerMinute: (now.requests - requests) / connections / minutes,
    };
  },
};
