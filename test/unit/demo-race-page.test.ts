import { describe, expect, it, jest } from '@jest/globals';
import { machineFeed, raceFeed } from '../../demo/site/feed/feed.js';
import { Latencies } from '../../demo/site/feed/latencies.js';
import { ServerClock } from '../../demo/site/feed/server-clock.js';
import { WireLog } from '../../demo/site/feed/wire-log.js';
import { FIRST_COURSE, linkOf, readLink } from '../../demo/site/race/course-settings.js';
import { Field } from '../../demo/site/race/field.js';
import { IdleCosts } from '../../demo/site/race/idle-costs.js';
import { IDLE_MS, IdleMinute, OPENING_MS } from '../../demo/site/race/idle-minute.js';
import { type Claim, csvOf, inLine, resultTable } from '../../demo/site/race/result-table.js';
import { captionOf } from '../../demo/site/race/sentences.js';
import type { Standing } from '../../demo/site/race/standings.js';
import { type Run, verdictOn } from '../../demo/site/race/verdicts.js';
import { durationWithin } from '../../demo/site/texts/figures.js';
import { claimTexts } from '../../demo/site/texts/texts.js';
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
    expect([latencies.last, latencies.percentile(50)]).toEqual([null, null]);
    for (let ms = 1; ms <= 200; ms++) latencies.add(ms);
    expect([50, 99, 100].map((share) => latencies.percentile(share))).toEqual([100, 198, 200]);
    for (let count = 0; count < 600; count++) latencies.add(5);
    expect([latencies.percentile(100), latencies.values.length]).toEqual([5, 600]);
  });

  it('are corrected by what is learned of the clocks, and begin anew when one of them was set', () => {
    const clock = { aheadMs: 10, errorMs: 8, life: 0 };
    const latencies = new Latencies(clock);
    latencies.add(2);
    latencies.add(-3);
    expect([latencies.values, latencies.errorMs]).toEqual([[2, 0], 8]);
    Object.assign(clock, { aheadMs: 14, errorMs: 1 });
    expect([latencies.values, latencies.last, latencies.errorMs]).toEqual([[6, 1], 1, 1]);
    Object.assign(clock, { aheadMs: -5_000, life: 1 });
    latencies.add(7);
    expect(latencies.values).toEqual([7]);
  });

  it('are not shown as shorter than they are known to be', () => {
    const shown = [0, 0.2, 0.5, 0.6, 12].map((ms) => durationWithin(ms, 0.5).replaceAll('\u00a0', ' '));
    expect(shown).toEqual(['< 0.50 ms', '< 0.70 ms', '< 1.00 ms', '0.60 ms', '12.0 ms']);
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

describe('a silent minute', () => {
  const quiet = (transport: string, requests: number, bytes: number, isOpen = true, asked = 0, answered = asked) => ({
    transport,
    isOpen,
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
    idle.take(costs, 250);
    expect([...idle.at(250)]).toEqual([...costs]);
    expect([...idle.at(5_000).keys()]).toEqual(['sse']);
    idle.take(costs, 5_000);
    expect([...idle.at(5_000)]).toEqual([...costs]);
    expect([...idle.at(250).keys()]).toEqual(['sse']);
  });
});

describe('the table of a run', () => {
  const unknown: Standing = {
    transport: 'carrier-pigeon',
    last: null,
    p50: null,
    p99: null,
    errorMs: 0.5,
    messages: 0,
    requests: null,
    up: null,
    down: null,
    perMessage: null,
    opening: null,
    idle: null,
    cpu: null,
  };
  const sse: Standing = {
    ...unknown,
    transport: 'sse',
    p50: 3.2,
    p99: 1_210,
    requests: 4,
    perMessage: 512,
    opening: 412,
    idle: { requests: 0, bytes: 140 },
    cpu: 21.44,
  };

  const run: Run = { ranMs: 120_000, pollMs: 2_000 };
  const tableOf = (...standings: readonly Standing[]) => {
    const table = resultTable(standings, run, 'a run');
    return { ...table, lines: table.rows.map((cells) => cells.map((cell) => inLine(cell).replaceAll('\u00a0', ' '))) };
  };

  it('has what is said of a technique, and the figures of the run', () => {
    const { lines, columns } = tableOf(sse, unknown);
    const ofSse = lines.find(([name]) => name === 'SSE') ?? [];
    expect(ofSse[1]).toMatch(/· A standard; .*· Cross-origin by headers/);
    expect(ofSse.slice(4)).toEqual(['3.20 ms', '1.21 s', '2', '512 B', '412 B', '140 B, 0 requests', '21.4 µs']);
    expect(lines.at(-1)).toEqual(['carrier-pigeon', ...Array.from({ length: columns.length - 1 }, () => '–')]);
  });

  it('has all eight techniques, those without a lane with dashes for figures', () => {
    const { lines, columns, techniques } = tableOf(sse);
    expect(techniques.map(({ name }) => name)).toEqual([
      'polling',
      'long-polling',
      'iframe',
      'xhr',
      'sse',
      'websocket',
      'mqtt',
      'socket-io',
    ]);
    expect(techniques.filter(({ isRacing }) => isRacing).map(({ name }) => name)).toEqual(['sse']);
    for (const name of ['XHR / fetch streaming', 'MQTT over WebSocket', 'Socket.IO']) {
      const line = lines.find(([first]) => first === `${name} (does not race here)`);
      expect(line?.slice(1, 3).join(';')).toMatch(/^· /);
      expect(line?.slice(4)).toEqual(Array.from({ length: columns.length - 4 }, () => '–'));
    }
    const csv = csvOf(tableOf(sse));
    expect(csv).toMatch(/^Socket\.IO \(does not race here\),/m);
    expect(csv).toContain('Many messages over one response of plain HTTP (not known yet); ');
    expect(csv.split('\r\n')).toHaveLength(1 + 8 + 1);
  });

  it('marks the claims that a run can decide by its figures, and no others', () => {
    const lane = (transport: string, figures: Partial<Standing>): Standing => {
      return { ...unknown, transport, errorMs: 1, messages: 60, ...figures };
    };
    const idle = (bytes: number) => ({ requests: 1, bytes });
    const lanes = [
      lane('polling', { p50: 900, p99: 1_990, requests: 240, perMessage: 900, idle: idle(20_000) }),
      lane('long-polling', { p50: 3, p99: 9, requests: 61, perMessage: 800, idle: idle(900) }),
      lane('iframe', { p50: 2, p99: 9, requests: 1, perMessage: 370, idle: idle(100) }),
      lane('sse', { p50: 2, p99: 9, requests: 1, perMessage: 365, idle: idle(50) }),
      lane('websocket', { p50: 2, p99: 9, requests: 1, perMessage: 336, idle: idle(20) }),
    ];
    const verdicts = (all: readonly Standing[]) =>
      Object.fromEntries(
        Object.entries(claimTexts.techniques).flatMap(([name, { favour, against }]) =>
          Object.keys({ ...favour, ...against })
            .map((claim) => [`${name} ${claim}`, verdictOn(name, claim, all, run)])
            .filter(([, verdict]) => verdict !== 'unmeasured'),
        ),
      );
    const decided = [
      'polling late',
      'polling empty',
      'polling load',
      'long-polling prompt',
      'long-polling needed',
      'long-polling each',
      'iframe prompt',
      'iframe needed',
      'sse many',
      'websocket least',
    ];
    const all = (verdict: string) => Object.fromEntries(decided.map((claim) => [claim, verdict]));
    expect(verdicts(lanes)).toEqual(all('held'));
    expect(verdictOn('websocket', 'least', lanes, { ...run, ranMs: 5_000 })).toBe('unknown');
    expect(verdicts(lanes.map(({ transport }) => lane(transport, { messages: 0 })))).toEqual(all('unknown'));
    // As where a poll finds heaps, a network is slow, and streams are cut again and again.
    const contrary = lanes.map((one) => {
      switch (one.transport) {
        case 'polling':
          return { ...one, p99: 9_000, requests: 30, idle: idle(10) };
        case 'long-polling':
          return { ...one, p50: 500, requests: 30 };
        case 'sse':
          return { ...one, requests: 60, perMessage: 300 };
        default:
          return { ...one, p50: one.transport === 'iframe' ? 500 : 2, requests: 60 };
      }
    });
    expect(verdicts(contrary)).toEqual({ ...all('not'), 'long-polling needed': 'held' });
    expect(verdicts(lanes.map((one) => ({ ...one, requests: 500 })))['long-polling needed']).toBe('not');
  });

  it('shows the marks of the figures that stand beside them', () => {
    const socket = { ...sse, transport: 'websocket', messages: 60 };
    const least = (perMessage: number) => {
      const { rows, techniques } = tableOf({ ...sse, messages: 60 }, { ...socket, perMessage });
      const claims = rows[techniques.findIndex(({ name }) => name === 'websocket')]?.[1] as readonly Claim[];
      return claims.find(({ text }) => text.startsWith('Least overhead'))?.verdict;
    };
    expect([least(336), least(600)]).toEqual(['held', 'not']);
  });

  it('has rates of the time in which the lanes ran, whether somebody looked away meanwhile or not', () => {
    jest.useFakeTimers();
    const course = { path: '/push', clock: new ServerClock(), transports: [], opened() {} };
    const field = new Field(course, FIRST_COURSE, machineFeed());
    const shown = (requests: number) => {
      const table = resultTable(
        [{ ...unknown, requests }],
        { ...run, ranMs: field.ranMs },
        captionOf(field, null, null),
      );
      const rate = table.rows.at(-1)?.[table.columns.indexOf('Requests a minute')];
      return [rate, table.caption.replaceAll('\u00a0', ' ').split('; ').at(-1)];
    };
    try {
      expect(field.ranMs).toBe(0);
      field.start();
      jest.advanceTimersByTime(120_000);
      const before = shown(60);
      expect(before).toEqual(['30', 'run for 2 min']);
      field.pause();
      jest.advanceTimersByTime(600_000);
      field.pause();
      expect(shown(60)).toEqual(before);
      field.start();
      jest.advanceTimersByTime(60_000);
      // As when somebody comes back before he was missed.
      field.start();
      jest.advanceTimersByTime(60_000);
      expect(shown(120)).toEqual(['30', 'run for 4 min']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('says how many further clients are there, and not how many were asked for', () => {
    const course = { path: '/push', clock: new ServerClock(), transports: [], opened() {} };
    const settings = { ...FIRST_COURSE, isOwn: true, clients: 10 };
    const field = new Field(course, settings, machineFeed());
    expect(captionOf(field, null, { wanted: 50, open: 47 })).toContain('; 47 of 50 further clients, as many on each');
    // As on a server that takes TLS connections only.
    expect(captionOf(field, null, null)).toContain('; no further clients;');
  });

  it('is saved with what could be taken for a separator quoted', () => {
    const csv = csvOf({ data: { columns: ['a', 'b'], rows: [['say "hi"', 'c\nd']] } });
    expect(csv).toBe('a,b\r\n"say ""hi""","c\nd"\r\n');
  });

  it('is saved with plain numbers under headings that have the unit, and nothing for what is not known', () => {
    const table = resultTable([{ ...sse, errorMs: 1.5 }, unknown], run, 'a run');
    const [heads = '', ...lines] = csvOf(table).split('\r\n');
    const [first = '', second = ''] = ['SSE,', 'carrier-pigeon,'].map((start) =>
      lines.find((line) => line.startsWith(start)),
    );
    expect(heads).toMatch(
      /,Latency p50 \(ms\),Latency p99 \(ms\),Latencies ± \(ms\),Requests a minute,Bytes a message \(B\),/,
    );
    expect(first).toMatch(/,3\.2,1210,1\.5,2,512,412,140,0,21\.44,a run$/);
    expect(second).toMatch(/,,,0\.5,,,,,,,a run$/);
    expect(lines.at(-1)).toBe('');
  });
});
