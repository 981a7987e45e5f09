import { createHistogram } from 'node:perf_hooks';
import type { Contestant } from '../contestant.js';
import type { Scenario } from '../scenario.js';
import type { Mode, Settings } from '../settings.js';
import { nowMicros } from '../wire/clock.js';
import { farther } from './settings.js';

/** The part of the calls that comes first and does not count. */
const WARM_UP = 0.2;
const MICROS_PER_MS = 1_000;

function plan(mode: Mode, contestant: Contestant): readonly Settings[] {
  if (contestant.call === undefined) return [];
  if (mode === 'smoke') return [{ callers: 2, calls: 10, bytes: 100 }];
  if (mode === 'quick') return [{ callers: 4, calls: 150, bytes: 100 }];
  return [
    { callers: 4, calls: 2_000, bytes: 100 },
    ...farther(mode, contestant, { callers: 4, calls: 10, bytes: 100 }),
  ];
}

/** A method is called, and answers with what it was given; each caller waits for its answer. */
export const call: Scenario = {
  name: 'call',
  question: 'How long is the round trip of a call?',
  figure: () => 'p50Ms',
  isOnce: () => true,
  plan,
  seconds: ({ calls = 0, delayMs = 0 }) => calls / 800 + (calls * delayMs) / 400,
  async run(trial) {
    const { call: open } = trial.contestant;
    if (open === undefined) throw new Error('there is nothing to call');
    const site = trial.site();
    const callers = await Promise.all(Array.from({ length: trial.of('callers') }, () => open(site)));
    const calls = trial.of('calls');
    const text = 'x'.repeat(trial.of('bytes'));
    const histogram = createHistogram();
    const series = async (count: number) => {
      const one = async (caller: (typeof callers)[number]) => {
        for (let index = 0; index < count; index++) {
          const begun = nowMicros();
          // Each call asks for something else, and has to get just that.
          const asked = `${text}${index}`;
          if ((await caller.call(asked)) !== asked) throw new Error('a call was answered with something else');
          histogram.record(Math.max(1, nowMicros() - begun));
        }
      };
      await Promise.all(callers.map(one));
    };
    try {
      await series(Math.ceil(calls * WARM_UP));
      histogram.reset();
      const before = await trial.snapshot();
      await series(calls);
      const after = await trial.snapshot();
      const done = calls * callers.length;
      const ms = (percentile: number) => histogram.percentile(percentile) / MICROS_PER_MS;
      return {
        meanMs: histogram.mean / MICROS_PER_MS,
        p50Ms: ms(50),
        p99Ms: ms(99),
        p999Ms: ms(99.9),
        cpuMicrosPerRequest: (after.usage.cpuMicros - before.usage.cpuMicros) / done,
        requestsPerSecond: done / ((after.at - before.at) / 1_000),
        upBytesPerMessage: (after.traffic.up - before.traffic.up) / done,
        downBytesPerMessage: (after.traffic.down - before.traffic.down) / done,
      };
    } finally {
      for (const caller of callers) caller.close();
    }
  },
};
