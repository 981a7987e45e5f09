import { afterEach } from '@jest/globals';
import type { Bus } from '../../server/bus/bus.js';
import type { Downlink } from '../../server/downlink.js';
import { FanOut } from '../../server/fan-out.js';
import type { FanOutOptions } from '../../server/node-log.js';
import type { Position } from '../../transports/position.js';
import type { Sink } from '../../transports/server-transport.js';
import type { PacketContent, WireFormat } from '../../transports/wire-format.js';
import { waitUntil } from '../support/wait-until.js';

/** What a sink was given, and what it says to it. */
export interface Probe {
  readonly packets: PacketContent[];
  room: boolean;
  ended: number;
  bye: string | null;
  readonly downlink: Downlink;
}

const opened: FanOut[] = [];
afterEach(async () => {
  for (const fanOut of opened.splice(0)) {
    await fanOut.close('over', 1);
    await fanOut.bus.close();
  }
});

export function fanOutOf(bus: Bus, options: Partial<FanOutOptions> = {}) {
  const errors: unknown[] = [];
  const fanOut = new FanOut(bus, {
    heartbeatMs: 3_600_000,
    stalledMs: 3_600_000,
    latestOnly: [],
    hello: (at) => ({ type: 'hello', ...at, heartbeatMs: 1, limits: { messageBytes: 1, channels: 1 }, transports: [] }),
    failed: (error) => errors.push(error),
    ...options,
  });
  opened.push(fanOut);
  return { fanOut, errors };
}

/** Counts how often a message and a packet are made. */
export function countingFormat(name = 'counting') {
  const made = { messages: 0, packets: 0 };
  const format: WireFormat<unknown> = {
    name,
    message: ({ json }) => {
      made.messages++;
      return json;
    },
    packet: (content) => {
      made.packets++;
      return content;
    },
  };
  return { format, made };
}

export function open(
  fanOut: FanOut,
  channels: Record<string, Position>,
  format: WireFormat<unknown> = countingFormat().format,
  name: string | null = null,
  more: Partial<Sink<unknown>> = {},
): Probe {
  const state = { packets: [] as PacketContent[], room: true, ended: 0, bye: null as string | null };
  const downlink = fanOut.open(
    { channels: new Map(Object.entries(channels)), client: name },
    {
      format,
      write: (packet) => {
        state.packets.push(packet as PacketContent);
        return state.room;
      },
      end: ({ reason }) => {
        state.bye = reason;
        downlink.closed();
      },
      ...more,
    },
    () => {
      state.ended++;
    },
  );
  return Object.assign(state, { downlink });
}

export function messagesOf(probe: Probe): string[] {
  return probe.packets.flatMap(({ messages }) => messages.map((text) => JSON.parse(text).id));
}

export async function greeted(...probes: Probe[]): Promise<void> {
  await waitUntil('a hello for everyone', () => probes.every(({ packets }) => packets.length > 0));
}
