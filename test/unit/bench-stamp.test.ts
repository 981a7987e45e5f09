import { describe, expect, it } from '@jest/globals';
import { lateness, STAMP_BYTES, StampScanner, stamped } from '../../bench/wire/stamp.js';

const BYTES = 40;

describe('a stamp', () => {
  it('is found in whatever pieces it comes', () => {
    const wire = Buffer.from([0, 1, 2].map((number) => `data: ${stamped(BYTES, number, 1_000 + number)}\n\n`).join(''));
    for (let cut = 0; cut <= wire.length; cut++) {
      const scanner = new StampScanner();
      const found: number[][] = [];
      for (const piece of [wire.subarray(0, cut), wire.subarray(cut)]) {
        scanner.scan(piece, BYTES, (number, due) => found.push([number, due]));
      }
      expect(found).toEqual([
        [0, 1_000],
        [1, 1_001],
        [2, 1_002],
      ]);
    }
  });

  it('is as long as the shortest message', () => {
    expect(stamped(STAMP_BYTES, 7, 8)).toHaveLength(STAMP_BYTES);
    expect(stamped(1_000, 7, 8)).toHaveLength(1_000);
  });

  it('is not found in bytes that only look like one', () => {
    const found: number[] = [];
    new StampScanner().scan(Buffer.from('~000000000!0000;~00000000000000.'), STAMP_BYTES, (number) =>
      found.push(number),
    );
    expect(found).toEqual([]);
  });

  it('tells how late it is when its clock has begun anew', () => {
    expect(lateness(36 ** 8 + 5, 36 ** 8 - 10)).toBe(15);
  });
});
