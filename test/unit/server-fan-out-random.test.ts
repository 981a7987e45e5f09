import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { holds } from '../support/property.js';
import type { Start } from './fan-out-ledger.js';
import { type Step, World } from './fan-out-world.js';

const channel = fc.constantFrom('a', 'b', '__proto__');
const someChannels = fc.uniqueArray(channel, { minLength: 1, maxLength: 3 });
const latestOnly = fc.subarray(['a', '__proto__']);
const client = fc.constantFrom('one', 'two', null);
const who = fc.nat(7);
const start: fc.Arbitrary<Start> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Start>('now') },
  { weight: 2, arbitrary: fc.constant<Start>('earliest') },
  { weight: 3, arbitrary: fc.record({ back: fc.nat(25) }) },
  { weight: 1, arbitrary: fc.constantFrom<Start>('future', 'foreign') },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      channel,
      except: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: client }),
      // Now and then more than a page of the same kind.
      times: fc.oneof(
        { weight: 4, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.integer({ min: 2, max: 4 }) },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      starts: fc.uniqueArray(fc.tuple(channel, start), { minLength: 0, maxLength: 3, selector: ([name]) => name }),
      client,
      room: fc.array(
        fc.oneof({ weight: 2, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
        {
          minLength: 1,
          maxLength: 8,
        },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('poll' as const), who, channels: someChannels, client, hold: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('subscribe' as const), who, channels: someChannels, start }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), who, channels: someChannels }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('drain' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flush' as const), who }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('pass' as const), which: fc.nat(5) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('announce' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
);
/** Those who poll one channel and stand at the same place: what is made for one of them is given to others. */
const sharingStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      channel: fc.constant('a'),
      except: fc.constantFrom('one', null),
      times: fc.constantFrom(1, 3),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('poll' as const),
      who: fc.nat(2),
      channels: fc.constant(['a']),
      client: fc.constantFrom('one', 'two'),
      hold: fc.constant(true),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'rest' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'close' as const), who: fc.nat(2) }) },
);

describe('FanOut over a slow bus', () => {
  it('gives every reader each message after its start once and in order, or names the hole', async () => {
    await holds(
      fc.asyncProperty(latestOnly, fc.array(step, { maxLength: 120, size: 'max' }), async (channels, steps) => {
        expect(await new World(channels).run(steps)).toEqual([]);
      }),
      1_500,
    );
  }, 60_000);

  it('gives those who poll from the same place all that is theirs, although some get less', async () => {
    await holds(
      fc.asyncProperty(fc.array(sharingStep, { maxLength: 60, size: 'max' }), async (steps) => {
        expect(await new World([]).run(steps)).toEqual([]);
      }),
      1_500,
    );
  }, 60_000);
});
