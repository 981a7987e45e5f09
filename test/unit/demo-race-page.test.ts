import { describe, expect, it } from '@jest/globals';
import { raceFeed } from '../../demo/site/feed/feed.js';
import { Latencies } from '../../demo/site/feed/latencies.js';
import { WireLog } from '../../demo/site/feed/wire-log.js';
import { FIRST_COURSE, linkOf, outOfSilence, readLink, silent } from '../../demo/site/race/course-settings.js';
import { IdleCosts } from '../../demo/site/race/idle-costs.js';
import { IDLE_MS, IdleMinute, OPENING_MS } from '../../demo/site/race/idle-minute.js';
import { medianOf } from '../../demo/site/race/latency-plot.js';
import { durationWithin } from '../../demo/site/texts/figures.js';
import { FIRST_SETTINGS } from '../../demo/site/words/race.js';

describe('a link to settings', () => {
  it.each([
    FIRST_COURSE,
    { ...FIRST_COURSE, pollMs: 500 },
    { isOwn: true, perSecond: 0.5, bytes: 1_024, pollMs: 250, clients: 20 },
    { isOwn: true, perSecond: 0, bytes: 128, pollMs: 5_000, clients: 0 },
  ])('brings back %j', (settings) => {
    expect(readLink(`#${linkOf(settings)}`)).toEqual(settings);
  });

  it.each(['#rate=7', '#rate=1&rate=2', '#bytes=1e3', '#poll=-500', '#clients=', '#speed=5', '#rate=1&<script>=1'])(
    'is none as %s',
    (hash) => {
      expect(readLink(hash)).toBeNull();
    },
  );
});

describe('Latencies', () => {
  it('tell what so many of a hundred messages were not slower than, and forget old ones', () => {
    const latencies = new Latencies({ aheadMs: 0, errorMs: 0, life: 0 });
    expect([latencies.last, latencies.now, latencies.median, latencies.percentile(99)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    for (let ms = 1; ms <= 200; ms++) latencies.add(ms, 0);
    expect([50, 99, 100].map((share) => latencies.percentile(share))).toEqual([100, 198, 200]);
    expect(latencies.median).toBe(100.5);
    for (let count = 0; count < 600; count++) latencies.add(5, 0);
    expect([latencies.percentile(100), latencies.values.length]).toEqual([5, 600]);
  });

  it('are corrected by what is learned of the clocks, and begin anew when one of them was set', () => {
    const clock = { aheadMs: 10, errorMs: 8, life: 0 };
    const latencies = new Latencies(clock);
    latencies.add(2, 0);
    latencies.add(-3, 1_000);
    expect([latencies.values, latencies.errorMs]).toEqual([[2, 0], 8]);
    Object.assign(clock, { aheadMs: 14, errorMs: 1 });
    expect([latencies.values, latencies.last, latencies.errorMs]).toEqual([[6, 1], 1, 1]);
    expect([latencies.now, latencies.seconds]).toEqual([1, [6, 1]]);
    Object.assign(clock, { aheadMs: -5_000, life: 1 });
    latencies.add(7, 2_000);
    expect([latencies.values, latencies.seconds]).toEqual([[7], [7]]);
  });

  it('are now as late as all that came together, and not as the newest of a heap', () => {
    const [polling, pushed] = [0, 1].map(() => new Latencies({ aheadMs: 0, errorMs: 0, life: 0 }));
    // 20 messages a second, of which each poll brings those of two seconds.
    for (let at = 50; at <= 60_000; at += 50) {
      const polledAt = Math.ceil(at / 2_000) * 2_000;
      polling?.add(polledAt + 10 - at, polledAt + 10);
      pushed?.add(10, at + 10);
    }
    expect([polling?.last, polling?.now, polling?.median]).toEqual([10, 985, 985]);
    expect(polling?.seconds).toEqual(Array.from({ length: 30 }, () => 985));
    expect([pushed?.now, pushed?.seconds.length, new Set(pushed?.seconds)]).toEqual([10, 40, new Set([10])]);
  });

  it.each([0, 0.2, 0.5, 0.9])(
    'of polling are about half of its interval at the first settings, wherever it began (%d of a second later)',
    (phase) => {
      const { pollMs, perSecond } = FIRST_SETTINGS;
      const latencies = new Latencies({ aheadMs: 0, errorMs: 0, life: 0 });
      let number = 1;
      for (let poll = 1; poll <= 12; poll++) {
        const at = phase * 1_000 + poll * pollMs;
        const after = at - pollMs;
        for (; (number * 1_000) / perSecond <= at; number++) {
          const publishedAt = (number * 1_000) / perSecond;
          if (publishedAt > after) latencies.add(at - publishedAt, at);
        }
      }
      expect(Math.abs((latencies.median ?? 0) / (pollMs / 2) - 1)).toBeLessThan(0.15);
      for (const now of latencies.seconds) expect(now).toBeGreaterThan(0.3 * pollMs);
    },
  );

  it('are drawn half way between two that arrived in one second', () => {
    const arrivals = [100, 1_100].map((ms) => ({
      kind: 'feed' as const,
      publishedAt: 5_000 - ms,
      arrivedAt: 5_000,
      number: ms,
      transport: 'polling',
    }));
    expect(medianOf(arrivals, 0.1)).toBe(600);
    expect(medianOf(arrivals.slice(0, 1), 200)).toBe(200);
    expect(medianOf([], 0.1)).toBeNull();
  });

  it('are shown as the same where they are less than is known, so that the quicker never looks slower', () => {
    const shown = [0, 0.2, 0.5, 0.6, 12].map((ms) => durationWithin(ms, 0.5).replaceAll('\u00a0', ' '));
    expect(shown).toEqual(['< 0.50 ms', '< 0.50 ms', '< 0.50 ms', '0.60 ms', '12.0 ms']);
    expect(durationWithin(null, 0.5)).toBe('–');
  });
});

describe('the feed of a race', () => {
  it('reads its steps and nothing else', () => {
    const feed = raceFeed('mine', { ...FIRST_SETTINGS, perSecond: 5 });
    expect([feed.channel, feed.everyMs]).toEqual(['race.mine', 200]);
    expect(feed.read({ run: 'a', number: 3, at: 5, fill: '...' })).toEqual({ run: 'a', number: 3, at: 5 });
    for (const data of [
      null,
      'step',
      { run: 'a', number: 0, at: 5 },
      { run: 'a', number: 1.5, at: 5 },
      { number: 1 },
    ]) {
      expect(feed.read(data)).toBeNull();
    }
  });
});

describe('what is on the wire', () => {
  it('is kept for as long as a track shows it, however much there is', () => {
    const clock = { now: 0 };
    const log = new WireLog(() => clock.now);
    const stream = log.begin();
    for (let number = 0; number < 5_000; number++) {
      clock.now += 50;
      stream.mark();
      const poll = log.begin();
      poll.mark();
      poll.end();
    }
    expect(log.list.length).toBeLessThanOrEqual(600);
    // At 20 a second, which is the most in a race, all that the twenty seconds of a track show, and the stream that goes on.
    const [open, oldest] = log.list;
    expect([open?.askedAt, open?.endedAt]).toEqual([0, null]);
    expect(oldest?.askedAt).toBeLessThanOrEqual(clock.now - 20_000);
    expect(Math.max(...log.list.map(({ marks }) => marks.length))).toBeLessThanOrEqual(800);
    clock.now += 60_000;
    log.begin();
    expect(log.list.length).toBe(2);
  });

  it('has an end that is the first one told of', () => {
    const clock = { now: 5 };
    const log = new WireLog(() => clock.now);
    const witness = log.begin();
    clock.now = 7;
    witness.end();
    clock.now = 9;
    witness.end();
    expect(log.list).toEqual([{ askedAt: 5, marks: [], endedAt: 7 }]);
  });
});

describe('what is chosen during a silent minute', () => {
  const own = { ...FIRST_COURSE, isOwn: true, perSecond: 10, bytes: 1_024, clients: 10 };

  it('is run with what was run before it, where nothing else was chosen', () => {
    expect(outOfSilence({ ...silent(own), pollMs: 250 }, own)).toEqual({ ...own, pollMs: 250 });
    expect(outOfSilence({ ...silent(own), clients: 5 }, own)).toEqual({ ...own, clients: 5 });
    expect(outOfSilence({ ...silent(FIRST_COURSE), pollMs: 250 }, FIRST_COURSE)).toEqual({
      ...FIRST_COURSE,
      pollMs: 250,
    });
  });

  it('is a race of one’s own, or that of all, where that was asked for', () => {
    expect(outOfSilence(silent(FIRST_COURSE), FIRST_COURSE)).toEqual({ ...FIRST_COURSE, isOwn: true });
    expect(outOfSilence(FIRST_COURSE, own)).toEqual(FIRST_COURSE);
    const both = { ...silent(FIRST_COURSE), pollMs: 250, bytes: 1_024 };
    expect(outOfSilence(both, FIRST_COURSE)).toEqual({ ...FIRST_COURSE, isOwn: true, pollMs: 250, bytes: 1_024 });
  });
});

describe('a silent minute', () => {
  const quiet = (transport: string, requests: number, bytes: number, isOpen = true, asked = 0, answered = asked) => ({
    transport,
    isOpen,
    openings: 1,
    cost: { requests, up: bytes / 2, down: bytes / 2 },
    others: { asked, answered },
  });

  it('is what the counts grow by in a minute, from when every lane is open', () => {
    const minute = new IdleMinute();
    expect(minute.take([quiet('polling', 1, 100), quiet('sse', 1, 100, false)], 0)).toBeNull();
    expect(minute.passed(0)).toBeNull();
    expect(minute.take([quiet('polling', 2, 600), quiet('sse', 1, 900)], 1_000)).toBeNull();
    expect(minute.take([quiet('polling', 20, 9_000), quiet('sse', 1, 950)], 30_000)).toBeNull();
    expect(minute.passed(31_000)).toBe(30_000);
    const found = minute.take([quiet('polling', 62, 60_600), quiet('sse', 1, 1_020)], 1_000 + 2 * IDLE_MS);
    expect(Object.fromEntries(found ?? [])).toEqual({
      polling: { requests: 30, bytes: 30_000 },
      sse: { requests: 0, bytes: 60 },
    });
    expect(minute.passed(0)).toBeNull();
  });

  it('begins anew where somebody spoke on another channel', () => {
    const minute = new IdleMinute();
    minute.take([quiet('long-polling', 1, 0)], 0);
    minute.take([quiet('long-polling', 2, 400)], 20_000);
    minute.take([quiet('long-polling', 42, 30_000, true, 39, 40)], 30_000);
    // The last line came while the server was asked: nobody knows on which side of its count.
    minute.take([quiet('long-polling', 43, 30_700, true, 40)], 31_000);
    expect(minute.passed(41_000)).toBe(10_000);
    expect(minute.take([quiet('long-polling', 44, 31_100, true, 40)], 61_000)).toBeNull();
    const found = minute.take([quiet('long-polling', 45, 31_500, true, 40)], 91_000);
    expect(Object.fromEntries(found ?? [])).toEqual({ 'long-polling': { requests: 2, bytes: 800 } });
  });

  it('begins anew on a lane that was opened again, and is none of one that stayed away', () => {
    const minute = new IdleMinute();
    const lanes = (bytes: number, openings: number) => [
      { ...quiet('sse', openings, bytes), openings },
      quiet('iframe', 1, 0),
      quiet('websocket', 1, 0, bytes === 0),
    ];
    minute.take(lanes(0, 1), 0);
    minute.take(lanes(900, 2), 20_000);
    expect(minute.passed(30_000)).toBe(10_000);
    for (let at = 21_000; at < 3 * IDLE_MS; at += 1_000) expect(minute.take(lanes(900, 2), at)).toBeNull();
    const found = minute.take(lanes(1_000, 2), 3 * IDLE_MS);
    expect([...(found?.keys() ?? [])]).toEqual(['sse', 'iframe']);
    expect(found?.get('sse')?.requests).toBe(0);
    expect(minute.missing).toEqual(['websocket']);
  });

  it('is given up for a lane on which it is never silent, and says for which', () => {
    const minute = new IdleMinute();
    let lines = 0;
    const busy = (bytes: number) => [quiet('sse', 1, bytes, true, lines++), quiet('websocket', 1, bytes)];
    minute.take(busy(0), 0);
    for (let at = 1_000; at < 3 * IDLE_MS; at += 1_000) expect(minute.take(busy(at), at)).toBeNull();
    const found = minute.take(busy(3 * IDLE_MS), 3 * IDLE_MS);
    expect(Object.fromEntries(found ?? [])).toEqual({ websocket: { requests: 0, bytes: IDLE_MS } });
    expect(minute.missing).toEqual(['sse']);
  });

  it('is measured after a while on those that are open, and says without which', () => {
    const minute = new IdleMinute();
    const lanes = (bytes: number) => [quiet('sse', 1, bytes), quiet('websocket', 1, 0, false)];
    expect(minute.take([quiet('sse', 1, 0, false), quiet('websocket', 1, 0, false)], 0)).toBeNull();
    expect(minute.take(lanes(100), OPENING_MS - 1)).toBeNull();
    expect([minute.passed(OPENING_MS), minute.missing]).toEqual([null, []]);
    expect(minute.take(lanes(200), OPENING_MS)).toBeNull();
    expect([minute.passed(OPENING_MS), minute.missing]).toEqual([0, ['websocket']]);
    const found = minute.take([quiet('sse', 1, 260), quiet('websocket', 9, 900)], OPENING_MS + IDLE_MS);
    expect(Object.fromEntries(found ?? [])).toEqual({ sse: { requests: 0, bytes: 60 } });
    expect(minute.missing).toEqual(['websocket']);
    minute.reset();
    minute.take([quiet('sse', 1, 0, false)], 0);
    expect(minute.take([quiet('sse', 1, 0, false)], 2 * OPENING_MS)).toBeNull();
    expect(minute.passed(2 * OPENING_MS)).toBeNull();
  });

  it('begins anew when it is told to', () => {
    const minute = new IdleMinute();
    minute.take([quiet('sse', 1, 0)], 0);
    minute.reset();
    expect(minute.take([quiet('sse', 1, 500)], IDLE_MS + 1)).toBeNull();
    expect(minute.passed(IDLE_MS + 1)).toBe(0);
  });

  it('is told of polling only where that asks as often as when it was measured', () => {
    const idle = new IdleCosts();
    expect([...idle.at(250)]).toEqual([]);
    const costs = new Map([
      ['polling', { requests: 240, bytes: 90_000 }],
      ['sse', { requests: 0, bytes: 120 }],
    ]);
    idle.take(costs, 250, []);
    expect([...idle.at(250)]).toEqual([...costs]);
    expect([...idle.at(5_000).keys()]).toEqual(['sse']);
    idle.take(costs, 5_000, ['iframe']);
    expect([...idle.at(5_000)]).toEqual([...costs]);
    expect(idle.missing).toEqual(['iframe']);
    expect([...idle.at(250).keys()]).toEqual(['sse']);
  });
});
