import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Tail } from '../../server/tail.js';
import { holdsAtOnce } from '../support/property.js';
import { entry } from './entry.js';

describe('Tail', () => {
  it('gives everything after the positions, or says that it does not reach back so far', () => {
    const pushed = fc.array(
      fc.record({ channel: fc.constantFrom('a', 'b', 'c'), bytes: fc.constantFrom(10, 5_000, 400_000) }),
      {
        minLength: 1,
        maxLength: 3_000,
      },
    );
    holdsAtOnce(
      fc.property(
        pushed,
        fc.nat(50),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (list, from, part, both) => {
          const tail = new Tail(from);
          const entries = list.map((one, index) => entry({ offset: from + 1 + index, ...one }));
          for (const one of entries) tail.push(one);
          const after = from + Math.floor(part * list.length);
          const positions = new Map(
            both
              ? [
                  ['a', after],
                  ['b', after + 3],
                ]
              : [['a', after]],
          );
          const page = tail.read(positions);
          expect(tail.upTo).toBe(from + list.length);
          const common = tail.read(new Map([...positions.keys()].map((channel) => [channel, after])));
          expect(tail.isQuiet(positions, after)).toBe(common !== null && common.entries.length === 0);
          if (page === null) return;
          expect(page.upTo).toBe(tail.upTo);
          expect(page.entries).toEqual(
            entries.filter(({ channel, offset }) => offset > (positions.get(channel) ?? Number.POSITIVE_INFINITY)),
          );
        },
      ),
      100,
    );
  });

  it('keeps at least the last thousand small entries, and far less than were pushed', () => {
    const tail = new Tail(0);
    for (let offset = 1; offset <= 50_000; offset++) tail.push(entry({ offset }));
    expect(tail.read(new Map([['c', 49_000]]))?.entries).toHaveLength(1_000);
    expect(tail.read(new Map([['c', 40_000]]))).toBeNull();
  });

  it('keeps large entries by their bytes', () => {
    const tail = new Tail(0);
    for (let offset = 1; offset <= 200; offset++) tail.push(entry({ offset, bytes: 1024 * 1024 }));
    expect(tail.read(new Map([['c', 199]]))?.entries).toHaveLength(1);
    expect(tail.read(new Map([['c', 100]]))).toBeNull();
  });

  it('never reaches back before it began, nor to the earliest', () => {
    const tail = new Tail(5);
    expect(tail.read(new Map([['c', 4]]))).toBeNull();
    expect(tail.read(new Map([['c', -1]]))).toBeNull();
    expect(tail.read(new Map([['c', 5]]))).toEqual({ entries: [], holes: [], upTo: 5 });
  });
});
