import { describe, expect, it } from '@jest/globals';
import { tryAgain } from '../../bench/lab.js';
import { planOf, secondsOf } from '../../bench/plan.js';
import { isDisturbed, lessDisturbed, stolenTicks, watchStolenTime } from '../../bench/stolen-time.js';

const NOTHING = { expected: 0, delivered: 0, lost: 0, repeated: 0, disordered: 0 };
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

describe('the second tries of the lab', () => {
  const cells = planOf({ mode: 'smoke', scenarios: ['fan-out'], contestants: [], variations: [] }).cells.slice(0, 3);
  const outcome = (stolen: number) => ({ ...run(stolen), seconds: 1, figures: { meanMs: stolen }, counts: NOTHING });
  const outcomesOf = (stolen: readonly number[]) =>
    new Map(cells.map((cell, index) => [cell, [outcome(0), outcome(stolen[index] ?? 0)]]));
  const seconds = Math.max(...cells.map(secondsOf));

  it('are of those whose last run was disturbed, in their order, and replace that alone', async () => {
    const outcomes = outcomesOf([0.3, 0.01, 0.2]);
    const tried: unknown[] = [];
    const left = await tryAgain(cells, outcomes, 2 * seconds, async (cell) => {
      tried.push(cell);
      return outcome(0.1);
    });
    expect(tried).toEqual([cells[0], cells[2]]);
    expect([...outcomes.values()].map((all) => all.map(({ stolen }) => stolen))).toEqual([
      [0, 0.1],
      [0, 0.01],
      [0, 0.1],
    ]);
    expect(left).toBeLessThan(seconds);
  });

  it('end where the time for them does', async () => {
    const tried: unknown[] = [];
    await tryAgain(cells, outcomesOf([0.3, 0.3, 0.3]), 1.5 * seconds, async (cell) => {
      tried.push(cell);
      return outcome(0);
    });
    expect(tried).toEqual([cells[0]]);
  });
});
