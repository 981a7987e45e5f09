import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CostRanks } from '../../server/bus/cost-ranks.js';
import { FifoMap } from '../../server/bus/fifo-map.js';
import { holdsAtOnce } from '../support/property.js';

describe('a map that knows its oldest entry', () => {
  it('agrees with a plain map, whatever is put in, replaced and taken out', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const step = fc.oneof(
      fc.record({ act: fc.constant('set' as const), key }),
      fc.record({ act: fc.constant('delete' as const), key }),
      fc.record({ act: fc.constant('take' as const), key }),
    );
    holdsAtOnce(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = new FifoMap<object>();
        const plain = new Map<string, object>();
        for (const { act, key } of steps) {
          if (act === 'set') {
            const value = {};
            plain.delete(key);
            plain.set(key, value);
            map.set(key, value);
          } else {
            const taken = act === 'take' ? ([...plain.keys()][0] ?? key) : key;
            plain.delete(taken);
            map.delete(taken);
          }
          expect(map.oldest).toEqual([...plain][0]);
          expect(map.oldest?.[1]).toBe([...plain][0]?.[1]);
          expect(map.size).toBe(plain.size);
          expect(map.get(key)).toBe(plain.get(key));
        }
      }),
      500,
    );
  });
});

describe('ranks of cost', () => {
  it('name one that costs at least half as much as the costliest', () => {
    holdsAtOnce(
      fc.property(fc.array(fc.record({ name: fc.nat(8), cost: fc.nat(5_000) }), { maxLength: 60 }), (changes) => {
        const things = new Map<number, { cost: number }>();
        const ranks = new CostRanks<{ cost: number }>();
        for (const { name, cost } of changes) {
          const thing = things.get(name) ?? { cost };
          things.set(name, thing);
          thing.cost = cost;
          if (cost === 0) {
            things.delete(name);
            ranks.delete(thing);
          } else ranks.put(thing);
          const costliest = Math.max(0, ...[...things.values()].map((other) => other.cost));
          const found = ranks.costly;
          if (costliest === 0) expect(found).toBeUndefined();
          else {
            expect([...things.values()]).toContain(found);
            expect((found?.cost ?? 0) * 2).toBeGreaterThanOrEqual(costliest);
          }
        }
      }),
      500,
    );
  });
});
