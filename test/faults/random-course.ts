import fc from 'fast-check';
import {
  blackHole,
  bufferResponse,
  cutAfterHead,
  type Fault,
  failAfterForwarding,
  refuse,
  reset,
  stripUpgrade,
  swallowBody,
} from '../../demo/network/fault.js';
import { catalog } from '../../transports/catalog.js';

export const CHANNELS = ['a', 'b', 'c'] as const;

export const FAULTS: Readonly<Record<string, Fault>> = {
  reset,
  blackHole,
  refuse: refuse(403),
  unknown: refuse(404),
  swallowBody,
  cutAfterHead,
  bufferResponse,
  stripUpgrade,
  failAfterForwarding: failAfterForwarding(),
};

/** One thing that happens. */
export type Happening =
  | { readonly type: 'publish'; readonly channel: number; readonly count: number; readonly bytes: number }
  | { readonly type: 'send'; readonly client: number; readonly count: number }
  | { readonly type: 'subscribe'; readonly client: number; readonly channel: number; readonly since: Since }
  | { readonly type: 'unsubscribe'; readonly client: number; readonly channel: number }
  | {
      readonly type: 'reenter';
      readonly client: number;
      readonly channel: number;
      readonly since: Since;
      readonly ms: number;
    }
  | { readonly type: 'block'; readonly names: readonly string[]; readonly fault: string }
  | { readonly type: 'cutAfter'; readonly bytes: number; readonly direction: 'up' | 'down' }
  | { readonly type: 'jump'; readonly client: number }
  | { readonly type: 'cut' | 'heal' | 'stall' | 'flow' | 'sever' | 'restart' }
  | { readonly type: 'pause'; readonly ms: number };

export type Since = 'earliest' | 'now' | 'somewhere';

/** A trial: what happens one after the other, and how much the log keeps. */
export interface Course {
  readonly happenings: readonly Happening[];
  /** Messages kept of each channel: many, or so few that readers fall behind them. */
  readonly kept: number;
  /** Channels of which a reader that is behind gets only the latest. */
  readonly latestOnly: readonly string[];
  /** How far away the gateway is while nothing is wrong: what has been sent is still under way for so long. */
  readonly delayMs: number;
}

const client = fc.nat(catalog.length);
const channel = fc.nat(CHANNELS.length - 1);
const names = fc.subarray([...catalog, 'uplink'], { minLength: 1 });

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('publish' as const),
      channel,
      count: fc.integer({ min: 1, max: 30 }),
      bytes: fc.nat(3_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('send' as const), client, count: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('subscribe' as const),
      client,
      channel,
      since: fc.constantFrom<Since>('earliest', 'now', 'somewhere'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('reenter' as const),
      client,
      channel,
      since: fc.constantFrom<Since>('earliest', 'now', 'somewhere'),
      ms: fc.nat(30),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('unsubscribe' as const), client, channel }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('block' as const),
      names,
      fault: fc.constantFrom(...Object.keys(FAULTS)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('cutAfter' as const),
      bytes: fc.integer({ min: 1, max: 3_000 }),
      direction: fc.constantFrom('up' as const, 'down' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('jump' as const), client }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom('cut' as const, 'heal' as const, 'stall' as const, 'flow' as const, 'sever' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('pause' as const), ms: fc.nat(120) }) },
);

/** Any course of things. */
export const course: fc.Arbitrary<Course> = fc.record({
  happenings: fc.array(happening, { minLength: 10, maxLength: 50 }),
  kept: fc.constantFrom(1_000_000, 1_000_000, 15),
  latestOnly: fc.constantFrom<readonly string[]>([], [], ['a'], ['b', 'c']),
  delayMs: fc.constantFrom(0, 20),
});
