import { bytes, cpuTime, durationWithin, fixed, NOTHING } from '../texts/figures.js';
import { raceTexts, textsOf } from '../texts/texts.js';
import type { Standing } from './standings.js';

/** A table as it is shown, drawn and saved: a row for each transport, and the heading of each column. */
export interface ResultTable {
  /** What was run, and for how long. */
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The same to be calculated with: plain numbers, their units in the headings. */
  readonly data: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | number | null)[])[];
  };
}

/** The usual table of pros and cons, with the figures of this run. */
export function resultTable(standings: readonly Standing[], ranMs: number, caption: string): ResultTable {
  const { columns } = raceTexts.table;
  return {
    caption,
    columns: [
      columns.technique,
      columns.favour,
      columns.against,
      columns.use,
      columns.p50,
      columns.p99,
      columns.requests,
      columns.each,
      columns.opening,
      columns.idle,
      columns.cpu,
    ],
    rows: standings.map((standing) => [...claimsOf(standing.transport), ...figuresOf(standing, ranMs)]),
    data: {
      columns: [
        columns.technique,
        columns.favour,
        columns.against,
        columns.use,
        `${columns.p50} (ms)`,
        `${columns.p99} (ms)`,
        raceTexts.table.clocks,
        columns.requests,
        `${columns.each} (B)`,
        `${columns.opening} (B)`,
        `${columns.idle} (B)`,
        raceTexts.table.idleRequests,
        `${columns.cpu} (µs)`,
        raceTexts.table.run,
      ],
      rows: standings.map((standing) => [...claimsOf(standing.transport), ...numbersOf(standing, ranMs), caption]),
    },
  };
}

/**
 * The table as comma-separated values (RFC 4180), each row with what was run. How far latencies may be off, as the clocks are not known any
 * better, is a column of its own; what is not known is empty.
 */
export function csvOf({ data }: Pick<ResultTable, 'data'>): string {
  const cellOf = (cell: string | number | null) =>
    typeof cell === 'number' ? String(Math.round(cell * 100) / 100) : quoted(cell ?? '');
  const lines = [data.columns, ...data.rows].map((cells) => cells.map(cellOf).join(','));
  return lines.map((line) => `${line}\r\n`).join('');
}

function claimsOf(transport: string): readonly string[] {
  const claims = Object.hasOwn(raceTexts.claims, transport) ? raceTexts.claims[transport] : undefined;
  return [textsOf(transport).name, claims?.favour ?? NOTHING, claims?.against ?? NOTHING, claims?.use ?? NOTHING];
}

function figuresOf(
  { p50, p99, errorMs, requests, perMessage, opening, idle, cpu }: Standing,
  ranMs: number,
): readonly string[] {
  const { idleOf } = raceTexts.table;
  return [
    durationWithin(p50, errorMs),
    durationWithin(p99, errorMs),
    requests === null || ranMs < 1_000 ? NOTHING : fixed(perMinute(requests, ranMs), 0),
    bytes(perMessage),
    bytes(opening),
    idle === null ? NOTHING : idleOf(bytes(idle.bytes), fixed(idle.requests, 0)),
    cpuTime(cpu),
  ];
}

function numbersOf(standing: Standing, ranMs: number): readonly (number | null)[] {
  const { p50, p99, errorMs, requests, perMessage, opening, idle, cpu } = standing;
  const eachMinute = requests === null || ranMs < 1_000 ? null : perMinute(requests, ranMs);
  return [p50, p99, errorMs, eachMinute, perMessage, opening, idle?.bytes ?? null, idle?.requests ?? null, cpu];
}

/** The request that opens a lane is made once, and is not expected again in the rest of its first minute. */
function perMinute(requests: number, ranMs: number): number {
  const opening = Math.min(requests, 1);
  return opening * Math.min(1, 60_000 / ranMs) + ((requests - opening) * 60_000) / ranMs;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
