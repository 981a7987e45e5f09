import { describe, expect, it } from '@jest/globals';
import { isDisturbed, lessDisturbed, stolenTicks, watchStolenTime } from '../../bench/stolen-time.js';

const run = (stolen: number | null, failed: string | null = null) => ({ stolen, failed });

describe('the time that was taken from a machine', () => {
  it('is the eighth of what Linux counts of all processors', () => {
    const statistics = 'cpu  1061089 6 216087 1452868 4279 0 26198 86316 17 3\ncpu0 1 2 3 4 5 6 7 8 9 10\n';
    expect(stolenTicks(statistics)).toBe(86_316);
  });

  it.each([
    ['says nothing', ''],
    ['does not count it', 'cpu  1 2 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7\n'],
  ])('is not known of a system that %s', (_, statistics) => {
    expect(stolenTicks(statistics)).toBeNull();
  });

  it('is a share of all that there was', async () => {
    const share = watchStolenTime();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stolen = share();
    if (process.platform === 'linux') expect(stolen).toBeGreaterThanOrEqual(0);
    else expect(stolen).toBeNull();
  });
});

describe('a run from which much was taken', () => {
  it.each([
    [0.2, null, true],
    [0.05, null, false],
    [0, null, false],
    [null, null, false],
    [0.2, 'a message was lost', false],
  ])('is to be made again: stolen %s, failed %s', (stolen, failed, isSo) => {
    expect(isDisturbed(run(stolen, failed))).toBe(isSo);
  });

  it('gives way to one from which less was taken, or that failed', () => {
    const first = run(0.2);
    for (const second of [run(0.1), run(0.9, 'lost')]) expect(lessDisturbed(first, second)).toBe(second);
    for (const second of [run(0.2), run(0.3)]) expect(lessDisturbed(first, second)).toBe(first);
  });
});
