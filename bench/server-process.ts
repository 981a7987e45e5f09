import type { Failed } from './asked-process.js';
import type { Served, ServerSetting } from './contestant.js';
import { contestantOf } from './contestants/index.js';
import { ownUsage, type Usage, usageOf } from './process-usage.js';
import { profiled } from './profile.js';
import { nowMicros } from './wire/clock.js';
import { stamped } from './wire/stamp.js';

/*
 * A contestant's server half, in a process of its own, so that its processor time is its own. It is told what to do by
 * messages from the process that loads it, and publishes by itself: the load must not pass through the same sockets.
 */

/** What is asked of it. Each order but `credit` is answered once. */
export type Order =
  | ({ readonly order: 'start'; readonly contestant: string } & ServerSetting)
  /** By a fixed schedule: so many ticks, with so many messages in each, on one channel after the other. */
  | {
      readonly order: 'publish';
      readonly channels: readonly string[];
      readonly bytes: number;
      readonly ticks: number;
      readonly perTick: number;
      readonly ticksPerSecond: number;
    }
  /** As fast as they arrive: never more than `window` ahead of the last credit. */
  | {
      readonly order: 'pump';
      readonly channel: string;
      readonly bytes: number;
      readonly window: number;
      readonly forMs: number;
    }
  /** So many messages of the pump have arrived everywhere. */
  | { readonly order: 'credit'; readonly arrived: number }
  | { readonly order: 'measure'; readonly collect: boolean }
  | { readonly order: 'stop' };

/** What it answers. `published` is how many messages each channel has had in this process's life. */
export type Answer =
  | { readonly answer: 'started'; readonly port: number }
  | { readonly answer: 'published'; readonly published: Readonly<Record<string, number>> }
  | { readonly answer: 'measured'; readonly usage: Usage }
  | { readonly answer: 'stopped' }
  | Failed;

/** Time for the order's answer to be on its way before the first message is due, in microseconds. */
const LEAD_MICROS = 5_000;

let served: Served | null = null;
let endProfile = (): Promise<void> => Promise.resolve();
let pump: { readonly from: number; arrived: number; readonly go: () => void } | null = null;
const published = new Map<string, number>();

process.on('message', (order: Order) => {
  perform(order).catch((error: unknown) => {
    tell({ answer: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  });
});
// Whoever ends the load ends its servers, and what they have started; Ctrl-C is for the lab to see to.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => void stop().finally(() => process.exit()));

async function perform(order: Order): Promise<void> {
  switch (order.order) {
    case 'start':
      served = await contestantOf(order.contestant).serve(order);
      endProfile = await profiled(order.contestant);
      return tell({ answer: 'started', port: served.port });
    case 'publish':
      await publishOnSchedule(order);
      return tell({ answer: 'published', published: Object.fromEntries(published) });
    case 'pump':
      await publishAsTheyArrive(order);
      return tell({ answer: 'published', published: Object.fromEntries(published) });
    case 'credit':
      if (pump !== null) {
        pump.arrived = order.arrived;
        pump.go();
      }
      return;
    case 'measure':
      return tell({ answer: 'measured', usage: measure(order.collect) });
    case 'stop':
      await stop();
      return tell({ answer: 'stopped' });
    default:
      return order satisfies never;
  }
}

function publish(channel: string, bytes: number, dueMicros: number): void {
  const number = published.get(channel) ?? 0;
  published.set(channel, number + 1);
  served?.publish(channel, stamped(bytes, number, dueMicros));
}

/** A tick that comes late is made up for at once, and its messages say when they were meant to leave. */
function publishOnSchedule(order: Extract<Order, { order: 'publish' }>): Promise<void> {
  const { channels, bytes, ticks, perTick, ticksPerSecond } = order;
  const begin = nowMicros() + LEAD_MICROS;
  const dueOf = (tick: number) => Math.round(begin + (tick * 1_000_000) / ticksPerSecond);
  let tick = 0;
  let turn = 0;
  return new Promise((resolve) => {
    const step = () => {
      for (; tick < ticks && dueOf(tick) <= nowMicros(); tick++) {
        const due = dueOf(tick);
        for (let count = 0; count < perTick; count++) publish(channels[turn++ % channels.length] ?? '', bytes, due);
      }
      const restMs = Math.ceil((dueOf(tick) - nowMicros()) / 1_000);
      // The time of the last one as well: so many ticks last so many intervals.
      setTimeout(tick === ticks ? resolve : step, Math.max(0, restMs));
    };
    step();
  });
}

function publishAsTheyArrive({ channel, bytes, window, forMs }: Extract<Order, { order: 'pump' }>): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      if (pump === null) return;
      const now = nowMicros();
      while ((published.get(channel) ?? 0) - pump.from - pump.arrived < window) publish(channel, bytes, now);
    };
    pump = { from: published.get(channel) ?? 0, arrived: 0, go };
    go();
    setTimeout(() => {
      pump = null;
      resolve();
    }, forMs);
  });
}

function measure(collect: boolean): Usage {
  // Garbage that happens to lie around is no property of a connection.
  if (collect) globalThis.gc?.();
  return served?.programs === undefined ? ownUsage() : usageOf(served.programs());
}

async function stop(): Promise<void> {
  const ending = served;
  served = null;
  pump = null;
  await endProfile();
  endProfile = () => Promise.resolve();
  await ending?.stop();
}

function tell(answer: Answer): void {
  if (process.connected) process.send?.(answer);
}
