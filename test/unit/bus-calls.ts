import type { Bus, Entry, Page, ReadRequest } from '../../server/bus/bus.js';
import type { MemoryBusOptions } from '../../server/bus/memory-bus.js';

/** An engine under the suite. */
export interface Engine {
  readonly name: string;
  /** Opens an empty log. Every engine takes what the one in memory does. */
  open(options: MemoryBusOptions): Promise<Bus>;
  /** How many cases a property is given; each of them opens a log. */
  readonly runs: number;
}

/** Publishes so many messages, one after the other. */
export async function publish(bus: Bus, channel: string, count = 1, data = '0'): Promise<void> {
  for (let index = 0; index < count; index++) await bus.publish({ channel, data });
}

/** Reads on from an offset for each channel. */
export function readFrom(bus: Bus, after: Record<string, number>, more: Partial<ReadRequest> = {}): Promise<Page> {
  return bus.read({ after: new Map(Object.entries(after)), limit: 1_000, bytes: 10_000_000, ...more });
}

export function offsets(entries: readonly Entry[]): number[] {
  return entries.map(({ offset }) => offset);
}
