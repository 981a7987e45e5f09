import { type Gateway, PushError } from '../server/index.js';
import { ownerOf } from '../server/limits/addresses.js';
import { BENCHMARK, type BenchmarkMessage, benchmarkChannel, MOST } from './site/words/benchmark.js';
import { Params } from './uses/params.js';
import { wallClock } from './wall-clock.js';

/** Runs at a time: of one address, and of all. */
const RUNNING = { address: 2, all: 8 };

/** Publishes what the benchmark in a visitor's browser is to measure, at a steady rate. Returns how to stop. */
export function offerBenchmark(gateway: Pick<Gateway, 'handle' | 'publish'>): () => void {
  const running = new Map<string, { readonly address: string; readonly timer: NodeJS.Timeout }>();

  const stop = (run: string) => {
    clearInterval(running.get(run)?.timer);
    running.delete(run);
  };

  gateway.handle(BENCHMARK.begin, (params, caller) => {
    const address = ownerOf(caller.address);
    const given = new Params(params);
    const run = given.secret('run');
    const messages = given.whole('messages', 1, MOST.messages);
    const perSecond = given.whole('perSecond', 1, MOST.perSecond);
    const bytes = given.whole('bytes', 0, MOST.bytes);
    const own = [...running.values()].filter((run) => run.address === address).length;
    if (running.has(run) || own >= RUNNING.address || running.size >= RUNNING.all) {
      throw new PushError('RATE_LIMITED', 'Enough benchmarks are running. Try again when one of them is over.');
    }
    const begunAt = performance.now();
    let published = 0;
    const publishDue = () => {
      // By the time that has passed, not by the number of ticks: a timer that is late makes up for it.
      const due = Math.min(messages, Math.floor(((performance.now() - begunAt) * perSecond) / 1_000));
      for (; published < due; published += 1) {
        const message = { number: published + 1, at: wallClock(), padding: '' };
        const padding = '.'.repeat(Math.max(0, bytes - JSON.stringify(message).length));
        gateway
          .publish(benchmarkChannel(run), { ...message, padding } satisfies BenchmarkMessage)
          .catch((error: Error) => process.emitWarning(error));
      }
      if (published === messages) stop(run);
    };
    const timer = setInterval(publishDue, 1_000 / perSecond).unref();
    running.set(run, { address, timer });
    return null;
  });

  gateway.handle(BENCHMARK.stop, (params) => {
    stop(new Params(params).secret('run'));
    return null;
  });
  return () => {
    for (const run of running.keys()) stop(run);
  };
}
