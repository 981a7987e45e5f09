import { describe, expect, it } from '@jest/globals';
import { RecentMap } from '../../demo/recent-map.js';

describe('RecentMap', () => {
  function mapAt() {
    const clock = { now: 0 };
    return { clock, map: new RecentMap<number>({ count: 3, ageMs: 100, now: () => clock.now }) };
  }

  it('keeps so many, and of those the ones used last', () => {
    const { map } = mapAt();
    for (const [index, name] of ['a', 'b', 'c'].entries()) map.set(name, index);
    map.get('a');
    map.set('d', 3);
    expect(['a', 'b', 'c', 'd'].map((name) => map.get(name))).toEqual([0, undefined, 2, 3]);
  });

  it('forgets what nobody has asked for in time', () => {
    const { map, clock } = mapAt();
    map.set('used', 1);
    map.set('left', 2);
    clock.now = 90;
    map.get('used');
    clock.now = 150;
    expect([map.get('used'), map.get('left')]).toEqual([1, undefined]);
  });

  it('forgets what it is told to', () => {
    const { map } = mapAt();
    map.set('a', 1);
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
  });

  it('keeps so many of each owner, and of those the ones used last', () => {
    const map = new RecentMap<number>({ count: 10, each: 2, ageMs: 100, now: () => 0 });
    map.set('x', 0, 'ann');
    for (const [index, name] of ['a', 'b'].entries()) map.set(name, index, 'eve');
    map.get('a');
    map.set('c', 2, 'eve');
    map.delete('c');
    map.set('d', 3, 'eve');
    expect(['x', 'a', 'b', 'c', 'd'].map((name) => map.get(name))).toEqual([0, 0, undefined, undefined, 3]);
    map.set('a', 4, 'ann');
    map.set('e', 5, 'eve');
    expect(['x', 'a', 'd', 'e'].map((name) => map.get(name))).toEqual([0, 4, 3, 5]);
  });
});
