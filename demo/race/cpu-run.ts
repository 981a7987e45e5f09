import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CPU_RATE, type RaceSettings } from '../site/words/race.js';
import { endChild, startChild } from './child.js';
import type { GatewayOrder, GatewayState } from './gateway-process.js';
import { Readers } from './readers.js';

/** Readers of the gateway that is measured. */
export const CPU_READERS = 100;

/** For how long it is measured at the least. A polling client has to have asked a few times. */
export const CPU_SECONDS = 4;
const ASKED_TIMES = 2;

/** How long the process runs before it is measured, so that its code has been compiled. */
const WARM_SECONDS = 1.5;

/** The longest that a step may take which has no time of its own. */
const PATIENCE_MS = 10_000;

const CHANNEL = 'measured';
const GROUP = 'measured';

/** What is measured. */
export interface CpuRunOptions extends Pick<RaceSettings, 'bytes' | 'pollMs'> {
  readonly transport: string;
  /** Ends the run, which then rejects. */
  readonly signal: AbortSignal;
  /** Shorter than what is written above, for tests. */
  readonly seconds?: number;
}

/**
 * Measures what a gateway's process uses for one delivered message, in microseconds: user and system time of a process
 * that runs nothing but a gateway, its own upkeep and publishing included, shared among the messages that 100 readers in
 * another process took meanwhile.
 */
export async function cpuPerMessage(options: CpuRunOptions): Promise<number> {
  const { transport, bytes, pollMs, signal, seconds = CPU_SECONDS } = options;
  const readers = new Readers();
  const gateway = new GatewayChild(signal);
  try {
    const order = { group: GROUP, gateway: `http://127.0.0.1:${await gateway.port()}/push`, channel: CHANNEL, pollMs };
    readers.set({ ...order, transports: [transport], each: CPU_READERS });
    await until(() => readers.of(GROUP).open === CPU_READERS, signal);
    gateway.publish(CHANNEL, CPU_RATE, bytes);
    await sleep(WARM_SECONDS * 1_000, undefined, { signal });
    // Who polls has asked by then.
    await sleep(pollMs, undefined, { signal });
    const began = { received: readers.of(GROUP).received, used: await gateway.used() };
    await sleep(Math.max(seconds * 1_000, ASKED_TIMES * pollMs), undefined, { signal });
    const delivered = readers.of(GROUP).received - began.received;
    const used = (await gateway.used()) - began.used;
    if (delivered === 0) throw new Error(`Nothing was delivered over ${transport}.`);
    return used / delivered;
  } finally {
    await Promise.all([readers.close(), gateway.end()]);
  }
}

/** A gateway in a process of its own, which is there from now on until its `end`. */
class GatewayChild {
  readonly #child = startChild('gateway-process');
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Where it listens, which it tells first of all. */
  async port(): Promise<number> {
    const state = await this.#told();
    if (state.tells !== 'listening') throw new Error('The gateway’s process does not tell where it listens.');
    return state.port;
  }

  publish(channel: string, perSecond: number, bytes: number): void {
    this.#ask({ ask: 'publish', channel, perSecond, bytes });
  }

  /** User and system time of its process, in microseconds. */
  async used(): Promise<number> {
    this.#ask({ ask: 'usage' });
    const state = await this.#told();
    if (state.tells !== 'usage') throw new Error('The gateway’s process does not tell what it used.');
    return state.cpuMicros;
  }

  end(): Promise<void> {
    return endChild(this.#child);
  }

  #ask(order: GatewayOrder): void {
    this.#child.send(order);
  }

  async #told(): Promise<GatewayState> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(PATIENCE_MS)]);
    const [state] = await once(this.#child, 'message', { signal });
    return state;
  }
}

async function until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > end) throw new Error('The readers were not connected in time.');
    await sleep(50, undefined, { signal });
  }
}
