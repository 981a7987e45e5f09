import { describe, expect, it } from '@jest/globals';
import { findingsOf } from '../../bench/literature.js';
import type { Cell, Figures, Technique } from '../../bench/result.js';

/** A cell that tells how late messages are; everything in it is made up. */
function late(technique: Technique, settings: Cell['settings'], figures: Figures): Cell {
  return {
    scenario: 'rates',
    contestant: `pushgate ${technique}`,
    kind: 'pushgate',
    technique,
    settings: { subscribers: 20, perSecond: 2, ...settings },
    figures,
    counts: { expected: 1, delivered: 1, lost: 0, repeated: 0, disordered: 0 },
    runs: 1,
    spread: 0,
    spreads: {},
    failed: null,
  };
}

/** What is said of a claim that begins so, if anything is. */
function finding(cells: readonly Cell[], claim: RegExp) {
  return findingsOf(cells).find((one) => claim.test(one.claim));
}

describe('what the literature says', () => {
  const stream = late('websocket', { delayMs: 200 }, { meanMs: 201, p50Ms: 201, p99Ms: 203 });
  const longPoll = (meanMs: number, p99Ms: number) =>
    late('long-polling', { delayMs: 200 }, { meanMs, p50Ms: meanMs, p99Ms });

  it('of transits holds by what it says: close to one on average, and three at most', () => {
    const holds = (meanMs: number, p99Ms: number) => finding([stream, longPoll(meanMs, p99Ms)], /one transit/)?.holds;
    expect([holds(203, 204), holds(400, 600), holds(203, 800)]).toEqual([true, false, false]);
  });

  it('of transits looks for three where messages come between two requests', () => {
    const busy = (p99Ms: number): Cell => {
      const cell = late('long-polling', { delayMs: 200, perSecond: 20 }, { meanMs: 400, p99Ms });
      return { ...cell, scenario: 'fan-out' };
    };
    const found = (p99Ms: number) => finding([stream, longPoll(203, 204), busy(p99Ms)], /one transit/);
    expect([found(600)?.holds, found(800)?.holds]).toEqual([true, false]);
    expect(found(600)?.measured).toMatch(/with 20 messages a second, .* 2\.0 on average and 3\.0 at p99\.$/);
  });

  it('of polling counts the transits, where there are some', () => {
    const polls = (meanMs: number, delayMs = 0) =>
      late('polling', { pollMs: 1_000, ...(delayMs ? { delayMs } : {}) }, { meanMs });
    const holds = (...cells: Cell[]) => finding(cells, /half its interval/)?.holds;
    expect([holds(polls(510)), holds(polls(700))]).toEqual([true, false]);
    expect([holds(polls(510), polls(900, 200)), holds(polls(510), polls(510, 200))]).toEqual([true, false]);
    expect(finding([polls(510), polls(900, 200)], /half its interval/)?.measured).toContain('where 900 are expected');
  });

  it('of requests is left out where there were never more messages than polls', () => {
    const polls = late('polling', { pollMs: 500 }, { requestsPerSecond: 40 });
    const waits = (perSecond: number, requestsPerSecond: number) =>
      late('long-polling', { perSecond }, { requestsPerSecond });
    const of = (...cells: Cell[]) => finding(cells, /more requests than polling/)?.holds;
    expect(of(polls, waits(2, 40))).toBeUndefined();
    expect(of(polls, waits(1, 20), waits(50, 1_000))).toBe(true);
    expect(of(polls, waits(50, 30))).toBe(false);
  });
});
