import { describe, expect, it } from '@jest/globals';
import { drainSlots } from '../../server/drain-slots.js';

function take(windowMs: number, count: number, random?: () => number): number[] {
  const slot = drainSlots(windowMs, count, random);
  return Array.from({ length: count }, slot);
}

describe('the slots of a drain', () => {
  it('divide the window evenly, each client in one of its own', () => {
    expect(take(1_000, 4, () => 0)).toEqual([1, 250, 500, 750]);
    expect(take(1_000, 4, () => 0.999)).toEqual([249, 499, 749, 999]);
  });

  it('are handed out again to those who come beyond the count', () => {
    const slot = drainSlots(1_000, 2, () => 0.5);
    expect([slot(), slot(), slot()]).toEqual([250, 750, 250]);
  });

  it('are never no time at all, unless there is no window', () => {
    expect(Math.min(...take(10, 2_000))).toBe(1);
    expect(take(0, 3)).toEqual([0, 0, 0]);
    expect(drainSlots(1_000, 0, () => 0.5)()).toBe(500);
  });
});
