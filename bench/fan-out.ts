import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './gateway-process.js';
import { readerFor } from './readers.js';

/** What is measured: so many subscribers of one channel, at a steady rate. */
export interface FanOutScenario {
  readonly transport: string;
  readonly subscribers: number;
  readonly perSecond: number;
  /** Bytes of text in each message. */
  readonly bytes: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What came out. */
export interface FanOutResult {
  readonly transport: string;
  /** Messages that should have arrived, and messages that did. */
  readonly expected: number;
  readonly delivered: number;
  /** Processor time of the gateway for each delivered message, in microseconds. */
  readonly cpuMicros: number;
  /** Resident memory of the gateway for each subscriber, in KiB. */
  readonly rssKiB: number;
  /** From when a message was meant to leave until it was read, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const CHANNEL = 'bench';
const GATEWAY = fileURLToPath(new URL('./gateway-process.js', import.meta.url));
/** Longer than any reader's pause, so that what is under way arrives. */
const SETTLE_MS = 1_500;

/** Runs one scenario against a gateway of its own. */
export async function fanOut(scenario: FanOutScenario): Promise<FanOutResult> {
  const gateway = fork(GATEWAY);
  const close: (() => void)[] = [];
  try {
    const listening = await answer(gateway, 'listening');
    const empty = await measure(gateway);
    const latencies: number[] = [];
    let delivered = 0;
    const receive = (text: string) => {
      const now = Date.now();
      for (const [, at] of text.matchAll(/"at":(\d+)/g)) {
        delivered++;
        latencies.push(now - Number(at));
      }
    };
    const { transport, subscribers, perSecond, bytes } = scenario;
    const read = readerFor(transport);
    for (let index = 0; index < subscribers; index++) {
      close.push(read({ port: listening.port, transport, channel: CHANNEL }, receive));
      // A burst of thousands would measure the backlog of the listening socket.
      if (index % 100 === 99) await sleep(20);
    }
    await sleep(SETTLE_MS);
    const idle = await measure(gateway);

    order(gateway, { order: 'publish', channel: CHANNEL, bytes, perSecond });
    await sleep(scenario.warmUpMs);
    const before = await measure(gateway);
    const deliveredBefore = delivered;
    latencies.length = 0;
    await sleep(scenario.measureMs);
    const after = await measure(gateway);
    const deliveredMeanwhile = delivered - deliveredBefore;
    order(gateway, { order: 'stop-publishing' });
    await sleep(SETTLE_MS);
    const end = await measure(gateway);

    latencies.sort((a, b) => a - b);
    return {
      transport,
      expected: end.published * subscribers,
      delivered,
      cpuMicros: ((after.cpuMs - before.cpuMs) * 1_000) / Math.max(1, deliveredMeanwhile),
      rssKiB: (idle.rssBytes - empty.rssBytes) / 1_024 / subscribers,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
    };
  } finally {
    for (const step of close) step();
    gateway.disconnect();
  }
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function measure(gateway: ChildProcess) {
  order(gateway, { order: 'measure' });
  return answer(gateway, 'measured');
}

function order(gateway: ChildProcess, message: Order): void {
  gateway.send(message);
}

/** The next answer of one kind; rejects when the gateway's process ends instead. */
function answer<Kind extends Answer['answer']>(
  gateway: ChildProcess,
  kind: Kind,
): Promise<Extract<Answer, { answer: Kind }>> {
  return new Promise((resolve, reject) => {
    const failed = () => reject(new Error('The gateway under measurement has ended.'));
    const listen = (message: Answer) => {
      if (message.answer !== kind) return;
      gateway.off('message', listen).off('exit', failed);
      resolve(message as Extract<Answer, { answer: Kind }>);
    };
    gateway.on('message', listen).once('exit', failed);
  });
}
