import { describe, expect, it } from '@jest/globals';
import { RecentKeys } from '../../server/bus/recent-keys.js';

describe('RecentKeys', () => {
  it('never holds more than it may', () => {
    const keys = new RecentKeys<number>({ count: 10, ageMs: 1_000, now: () => 0 });
    for (let index = 0; index < 1_000; index++) keys.set(`k${index % 37}`, index);
    expect(keys.size).toBe(10);
    keys.delete(`k${999 % 37}`);
    expect(keys.size).toBe(9);
  });

  it('lets go of what is too old with the next one that is set', () => {
    let now = 0;
    const keys = new RecentKeys<number>({ count: 10, ageMs: 100, now: () => now });
    keys.set('a', 1);
    keys.set('b', 2);
    now = 101;
    expect(keys.get('a')).toBeUndefined();
    keys.set('c', 3);
    expect(keys.size).toBe(1);
  });

  it('says what it lets go of', () => {
    const forgotten: number[] = [];
    const keys = new RecentKeys<number>({
      count: 2,
      ageMs: 100,
      now: () => 0,
      forgotten: (value) => forgotten.push(value),
    });
    keys.set('a', 1);
    keys.set('a', 2);
    keys.set('b', 3);
    keys.set('c', 4);
    expect(forgotten).toEqual([1, 2]);
  });
});
