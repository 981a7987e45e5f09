import { describe, expect, it } from '@jest/globals';
import { Tally } from '../../bench/tally.js';

function tallyOf(numbers: readonly number[], from = 0): Tally {
  const tally = new Tally(from);
  for (const number of numbers) tally.take(number);
  return tally;
}

describe('a tally', () => {
  it('finds nothing wrong with messages in their order', () => {
    const tally = tallyOf([3, 4, 5], 3);
    expect([tally.lost(6), tally.repeated, tally.disordered]).toEqual([0, 0, 0]);
  });

  it('knows what has not come, in the middle and at the end', () => {
    expect(tallyOf([0, 3]).lost(6)).toBe(4);
  });

  it('knows what comes twice', () => {
    const tally = tallyOf([0, 1, 1, 0]);
    expect([tally.lost(2), tally.repeated, tally.disordered]).toEqual([0, 2, 0]);
  });

  it('knows what comes late, and takes it for lost no longer', () => {
    const tally = tallyOf([0, 2, 1]);
    expect([tally.lost(3), tally.repeated, tally.disordered]).toEqual([0, 0, 1]);
  });
});
