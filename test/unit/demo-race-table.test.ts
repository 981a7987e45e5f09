import { describe, expect, it, jest } from '@jest/globals';
import { machineFeed } from '../../demo/site/feed/feed.js';
import { ServerClock } from '../../demo/site/feed/server-clock.js';
import { FIRST_COURSE } from '../../demo/site/race/course-settings.js';
import { Field } from '../../demo/site/race/field.js';
import { type Claim, csvOf, inLine, resultTable } from '../../demo/site/race/result-table.js';
import { captionOf } from '../../demo/site/race/sentences.js';
import type { Standing } from '../../demo/site/race/standings.js';
import { piecesOf } from '../../demo/site/race/table-picture.js';
import { type Run, verdictOn } from '../../demo/site/race/verdicts.js';
import { claimTexts } from '../../demo/site/texts/texts.js';

describe('the table of a run', () => {
  const unknown: Standing = {
    transport: 'carrier-pigeon',
    now: null,
    p50: null,
    p99: null,
    errorMs: 0.5,
    messages: 0,
    others: 0,
    openings: 1,
    requests: null,
    up: null,
    down: null,
    perMessage: null,
    counted: 0,
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

  const run: Run = { ranMs: 120_000, pollMs: 500, perSecond: 0.5 };
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
      return { ...unknown, transport, errorMs: 1, messages: 60, counted: 60, ...figures };
    };
    const idle = (bytes: number) => ({ requests: 1, bytes });
    const lanes = [
      lane('polling', { p50: 250, p99: 495, requests: 240, perMessage: 900, idle: idle(20_000) }),
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
          return { ...one, p99: 9_000, requests: 30 };
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
    // Of few messages since a lane was opened again, nothing is known.
    expect(verdicts(lanes.map((one) => ({ ...one, counted: 3 })))['websocket least']).toBe('unknown');
    expect(verdictOn('sse', 'many', lanes, { ...run, perSecond: 0 })).toBe('unmeasured');
    // Where most polls find something, nothing is said of what is seldom published.
    expect(verdictOn('polling', 'empty', lanes, { ...run, perSecond: 1 })).toBe('unmeasured');
  });

  it('takes requests that brought chat, or opened a lane again, for no others', () => {
    const long = { ...unknown, transport: 'long-polling', messages: 20 };
    const needed = (figures: Partial<Standing>) =>
      verdictOn('long-polling', 'needed', [{ ...long, ...figures }], { ...run, ranMs: 30_000 });
    expect(needed({ requests: 37 })).toBe('not');
    expect(needed({ requests: 37, others: 12 })).toBe('held');
    expect(needed({ requests: 27, openings: 3 })).toBe('held');
    const stream = (requests: number, openings: number) =>
      verdictOn('sse', 'many', [{ ...unknown, transport: 'sse', messages: 60, requests, openings }], run);
    expect([stream(8, 1), stream(8, 8)]).toEqual(['not', 'held']);
    const polling = { ...unknown, transport: 'polling', messages: 30, requests: 70 };
    const empty = (others: number) => verdictOn('polling', 'empty', [{ ...polling, others }], run);
    expect([empty(0), empty(10)]).toEqual(['held', 'not']);
  });

  it('shows the marks of the figures that stand beside them', () => {
    const socket = { ...sse, transport: 'websocket', messages: 60, counted: 60 };
    const least = (perMessage: number) => {
      const { rows, techniques } = tableOf({ ...sse, messages: 60, counted: 60 }, { ...socket, perMessage });
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

  it('is broken into lines where words end, with punctuation where it belongs', () => {
    expect(piecesOf('✓\u00a0No request')).toEqual(['✓\u00a0No', ' ', 'request']);
    expect(piecesOf('·\u00a0简单；')).toEqual(['·\u00a0简', '单；']);
    expect(piecesOf('用 SSE、不用（长）轮询。')).toEqual(['用', ' ', 'SSE、', '不', '用', '（长）', '轮', '询。']);
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
