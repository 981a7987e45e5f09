import { describe, expect, it } from '@jest/globals';
import { TokenBuckets } from '../../server/limits/token-buckets.js';

describe('TokenBuckets', () => {
  let now = 0;
  const rate = (perSecond: number) => {
    now = 1_000;
    return new TokenBuckets({ perSecond, now: () => now });
  };
  /** How many get through at this moment. */
  const through = (publishing: TokenBuckets, publisher: string): number => {
    let count = 0;
    for (; count < 1_000 && publishing.waitMs(publisher) === 0; count++) publishing.take(publisher);
    return count;
  };

  it('lets one second of messages through at once, and then goes on at the rate', () => {
    const publishing = rate(10);
    expect(through(publishing, 'a')).toBe(10);
    expect(publishing.waitMs('a')).toBe(100);
    now += 99;
    expect(publishing.waitMs('a')).toBe(1);
    now += 1;
    expect(through(publishing, 'a')).toBe(1);
    now += 350;
    expect(through(publishing, 'a')).toBe(3);
    now += 60_000;
    expect(through(publishing, 'a')).toBe(10);
  });

  it('counts each publisher for itself', () => {
    const publishing = rate(2);
    expect([through(publishing, 'a'), through(publishing, 'b'), through(publishing, 'a')]).toEqual([2, 2, 0]);
  });

  it('keeps a rate below one in a second', () => {
    const publishing = rate(0.1);
    expect(through(publishing, 'a')).toBe(1);
    expect(publishing.waitMs('a')).toBe(10_000);
    now += 10_000;
    expect(through(publishing, 'a')).toBe(1);
  });

  it('does not drift over a long time', () => {
    const publishing = rate(3);
    through(publishing, 'a');
    let count = 0;
    for (const end = now + 1_000_000; now < end; now += 7) count += through(publishing, 'a');
    expect(count).toBeGreaterThanOrEqual(2_998);
    expect(count).toBeLessThanOrEqual(3_000);
  });

  it('is none when it is infinite', () => {
    expect(through(rate(Number.POSITIVE_INFINITY), 'a')).toBe(1_000);
  });
});
