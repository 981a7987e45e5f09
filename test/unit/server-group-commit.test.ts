import { describe, expect, it } from '@jest/globals';
import { GroupCommit } from '../../server/bus/file/group-commit.js';

describe('GroupCommit', () => {
  it('puts whatever comes while it writes into the next group, so many at most', async () => {
    const groups: number[][] = [];
    let release: () => void = () => undefined;
    const commits = new GroupCommit<number, number>(async (group) => {
      groups.push([...group]);
      if (groups.length === 1) await new Promise<void>((resolve) => (release = resolve));
      return group.map((item) => item * 10);
    }, 3);
    const first = [1, 2].map((item) => commits.add(item));
    while (groups.length === 0) await new Promise(setImmediate);
    const later = [3, 4, 5, 6].map((item) => commits.add(item));
    await new Promise(setImmediate);
    release();
    expect(await Promise.all([...first, ...later])).toEqual([10, 20, 30, 40, 50, 60]);
    expect(groups).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it('tells all of a group that it failed, and goes on', async () => {
    let fail = true;
    const commits = new GroupCommit<number, number>(async (group) => {
      if (fail) throw new Error('no');
      return group;
    }, 10);
    const results = await Promise.allSettled([commits.add(1), commits.add(2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fail = false;
    expect(await commits.add(3)).toBe(3);
    await commits.idle();
  });
});
