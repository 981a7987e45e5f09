import type { Cell, Figures, LabResult } from '../../bench/result.js';

/*
 * A run of the lab that never was: every number is made up, so that tests of what is written about a run need none. They are
 * plausible enough to judge by eye what the report looks like.
 */

type Contestant = Pick<Cell, 'contestant' | 'kind' | 'technique'>;

/** What a contestant is made up to cost: for a steady message and one of a burst, at rest, and so on. */
interface Cost {
  readonly steady: number;
  readonly burst: number;
  readonly memory: number;
  readonly connect: number;
  readonly saturation: number;
  readonly down: number;
  readonly up: number;
  readonly requests: number;
  readonly transits: number;
}

const contestants: readonly (Contestant & { readonly cost: Cost })[] = [
  entry('pushgate websocket', 'pushgate', 'websocket', [6.1, 0.21, 5.1, 88, 910_000, 132, 0, 0, 1]),
  entry('socket.io websocket', 'peer', 'websocket', [10.3, 7.7, 15.8, 260, 195_000, 121, 0, 0, 1]),
  entry('sockjs websocket', 'peer', 'websocket', [10.6, 5.9, 17.9, 219, 176_000, 119, 0, 0, 1]),
  entry('ws', 'control', 'websocket', [7.3, 4, 7.4, 72, 216_000, 104, 0, 0, 1]),
  entry('pushgate sse', 'pushgate', 'sse', [6.6, 0.3, 5.6, 96, 640_000, 163, 0, 0, 1]),
  entry('better-sse', 'peer', 'sse', [10.7, 3.1, 22, 216, 240_000, 171, 0, 0, 1]),
  entry('bare sse', 'control', 'sse', [8.8, 1.5, 12.6, 78, 330_000, 128, 0, 0, 1]),
  entry('pushgate iframe', 'pushgate', 'iframe', [6.7, 0.31, 5.9, 99, 600_000, 166, 0, 0, 1]),
  entry('pushgate long-polling', 'pushgate', 'long-polling', [10.4, 0.7, 5.4, 91, 310_000, 415, 110, 0.98, 1.9]),
  entry('socket.io polling', 'peer', 'long-polling', [27.5, 1.8, 19.9, 222, 120_000, 431, 131, 1, 2.1]),
  entry('bare long-poll', 'control', 'long-polling', [17.9, 0.8, 12.1, 64, 260_000, 312, 96, 1, 2]),
  entry('pushgate polling', 'pushgate', 'polling', [2.2, 0.4, 1.2, 60, 290_000, 158, 5.1, 0.05, 1]),
];

const counts = { expected: 100_000, delivered: 100_000, lost: 0, repeated: 0, disordered: 0 };

/** The whole of it: every scenario, with some cells failed and some text that must not become markup. */
export function madeUpResult(): LabResult {
  return {
    schema: 1,
    startedAt: '2026-03-01T10:00:00.000Z',
    seconds: 2_940,
    command: 'npm run bench',
    mode: 'full',
    machine: {
      node: 'v20.20.2',
      platform: 'linux 6.1 x64',
      processor: 'Made-up CPU <2.5 GHz>',
      cores: 2,
      memoryGiB: 8,
      pinned: true,
      versions: { ws: '8.23.0', 'socket.io': '4.8.1', 'better-sse': '0.16.1', sockjs: '0.3.24' },
    },
    cells: cells(),
    findings: [
      {
        claim: 'A poll is on average half its interval late',
        source: 'RFC 6202, section 2.1',
        measured: 'With polls every 2 s the mean was 1,012 ms: 0.51 of the interval.',
        holds: true,
      },
      {
        claim: 'Protobuf is a tenth of JSON',
        source: 'often said',
        measured: 'Real payloads came to 0.62 of JSON & <no less>.',
        holds: false,
      },
    ],
    missing: [{ contestant: 'nchan', reason: 'nginx is not installed; apt-get install libnginx-mod-nchan' }],
  };
}

/** As a run in a hurry leaves it: one scenario, one size, some contestants, each once. */
export function madeUpQuickResult(): LabResult {
  const { cells: all, ...rest } = madeUpResult();
  const few = all.filter((cell) => cell.scenario === 'fan-out' && cell.settings['subscribers'] === 1_000);
  return {
    ...rest,
    mode: 'quick',
    seconds: 40,
    cells: few.filter((cell) => cell.kind !== 'peer').map((cell) => ({ ...cell, runs: 1, spread: 0, spreads: {} })),
    findings: [],
    missing: [],
  };
}

function cells(): Cell[] {
  return contestants.flatMap((who, index) => {
    const { cost, technique, kind, contestant } = who;
    // Differs from cell to cell, and is the same in every run of the tests.
    const spread = 0.03 + ((index * 37) % 11) / 100;
    const cell = (
      scenario: string,
      settings: Cell['settings'],
      figures: Figures,
      failed: string | null = null,
    ): Cell => ({
      scenario,
      contestant,
      kind,
      technique,
      settings: technique === 'polling' ? { ...settings, pollMs: 2_000 } : settings,
      figures: failed === null ? figures : {},
      counts: failed === null ? counts : { ...counts, delivered: 99_958, lost: 42 },
      runs: 3,
      // Of the one with the number 3, much was taken.
      stolen: index === 3 && scenario === 'burst' ? 0.12 : 0.004,
      spread,
      spreads: Object.fromEntries(Object.keys(figures).map((name) => [name, spread])),
      failed,
    });
    const wait = technique === 'polling' ? 1_000 : 0;
    const latency = (ms: number): Figures => ({
      meanMs: wait + ms * 1.2,
      p50Ms: wait + ms,
      p99Ms: wait * 1.98 + ms * 4,
      p999Ms: wait * 2 + ms * 9,
    });
    const wire = { downBytesPerMessage: cost.down, upBytesPerMessage: cost.up, requestsPerMessage: cost.requests };
    const steady = { perSecond: 20, bytes: 100 };
    return [
      ...[100, 1_000, 4_000].map((subscribers) => {
        const crowd = 1 + (kind === 'pushgate' ? 0.02 : 0.12) * Math.log10(subscribers / 100);
        const lost = contestant === 'socket.io polling' && subscribers === 4_000;
        return cell(
          'fan-out',
          { subscribers, ...steady },
          { cpuMicrosPerMessage: cost.steady * crowd, ...latency(subscribers * 0.006 * cost.steady), ...wire },
          lost ? 'lost 42 messages <after a time-out>' : null,
        );
      }),
      ...[1, 10, 100].map((perSecond) =>
        cell('rates', { subscribers: 20, perSecond, bytes: 100 }, latency(cost.steady * (0.4 + perSecond * 0.01))),
      ),
      ...[50, 200].map((delayMs) =>
        cell('rates', { subscribers: 20, perSecond: 10, bytes: 100, delayMs }, latency(1 + cost.transits * delayMs)),
      ),
      cell('burst', { subscribers: 1_000, burst: 50 }, { cpuMicrosPerMessage: cost.burst }),
      cell(
        'saturation',
        { subscribers: 1_000, bytes: 100 },
        { messagesPerSecond: cost.saturation },
        contestant === 'sockjs websocket' ? 'the server ended: out of memory' : null,
      ),
      cell(
        'idle',
        { subscribers: 4_000 },
        {
          rssKiBPerConnection: cost.memory,
          idleBytesPerMinute: technique === 'polling' ? 11_000 : 40 + cost.requests * 900,
          idleRequestsPerMinute: technique === 'polling' ? 30 : cost.requests * 2.4,
        },
      ),
      cell('connecting', { subscribers: 1_000 }, { cpuMicrosPerConnect: cost.connect }),
      cell('storm', { subscribers: 1_000 }, { readyMs: 400 + cost.connect * 4, rssPeakMiB: 130 }),
      ...[16, 1_024, 65_536, 1_048_576].map((bytes) =>
        cell('sizes', { subscribers: 10, bytes }, { downBytesPerMessage: cost.down - 100 + bytes }),
      ),
      ...(kind === 'pushgate'
        ? [
            cell('catch-up', { subscribers: 100, missed: 10_000 }, { readyMs: 90 * cost.steady }),
            cell('call', { callers: 4 }, { p50Ms: technique === 'websocket' ? 0.4 : 0.9 }),
            cell('slow-readers', { subscribers: 1_000, slow: 50 }, latency(7)),
          ]
        : []),
    ];
  });
}

function entry(contestant: string, kind: Cell['kind'], technique: Cell['technique'], numbers: readonly number[]) {
  const [steady = 0, burst = 0, memory = 0, connect = 0, saturation = 0, down = 0, up = 0, requests = 0, transits = 0] =
    numbers;
  const cost: Cost = { steady, burst, memory, connect, saturation, down, up, requests, transits };
  return { contestant, kind, technique, cost };
}
