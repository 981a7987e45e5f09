import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoff } from '../../client/backoff.js';
import { blame, forgive, heldUntil } from '../../client/demerits.js';
import { holdsAtOnce } from '../support/property.js';

describe('backoff', () => {
  it('is drawn between nothing and a bound that doubles up to the cap', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    holdsAtOnce(
      fc.property(fc.integer({ min: 0, max: 2_000 }), random, (failures, dice) => {
        const ms = backoff(failures, { baseMs: 500, capMs: 30_000 }, dice);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** failures));
      }),
      100,
    );
  });

  it('is a number after any number of failures, whatever the rules', () => {
    for (const failures of [0, 1_023, 1_024, 1e9]) expect(backoff(failures, { baseMs: 0, capMs: 0 }, 0)).toBe(0);
  });
});

describe('a demerit', () => {
  const minute = 60_000;
  const hold = { probeMs: 5_000, probeCapMs: 5 * minute };

  it('holds twice as long each time, up to five minutes', () => {
    let demerits = blame(new Map(), 'one', 0, hold);
    const held = [heldUntil(demerits, 'one')];
    for (let time = 0; time < 8; time++) {
      demerits = blame(demerits, 'one', 0, hold);
      held.push(heldUntil(demerits, 'one'));
    }
    expect(held.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(held.at(-1)).toBe(5 * minute);
  });

  it('is forgotten after ten minutes without another', () => {
    const once = blame(blame(new Map(), 'one', 0, hold), 'one', 0, hold);
    expect(heldUntil(blame(once, 'one', 11 * minute, hold), 'one')).toBe(11 * minute + 5_000);
  });

  it('is forgiven to one transport and not to the others', () => {
    const both = blame(blame(new Map(), 'one', 0, hold), 'two', 0, hold);
    const left = forgive(both, 'one');
    expect(heldUntil(left, 'one')).toBe(Number.NEGATIVE_INFINITY);
    expect(heldUntil(left, 'two')).toBe(5_000);
  });
});
