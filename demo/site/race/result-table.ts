import type { TechniqueTexts } from '../texts/en/claims.js';
import { bytes, cpuTime, durationWithin, fixed, NOTHING } from '../texts/figures.js';
import { claimTexts, raceTexts, textsOf } from '../texts/texts.js';
import type { Standing } from './standings.js';
import { type Run, type Verdict, verdictOn } from './verdicts.js';

const VERDICTS = ['held', 'not', 'unknown', 'unmeasured'] as const;

/** The mark of a claim, by whether the run bears it out. */
export const MARKS: Readonly<Record<Verdict, string>> = { held: '✓', not: '✗', unknown: '…', unmeasured: '·' };

/** What is said of a technique, and whether this run bears it out. */
export interface Claim {
  readonly text: string;
  readonly verdict: Verdict;
}

/** What stands in one cell. */
export type Cell = string | readonly Claim[];

/** What a row is about. */
export interface Technique {
  /** As the catalog calls it, or the page about it. */
  readonly name: string;
  /** As the visitor's language calls it. */
  readonly title: string;
  /** Whether it has a lane here. */
  readonly isRacing: boolean;
}

/** A table as it is shown, drawn and saved: a row for each technique, and the heading of each column. */
export interface ResultTable {
  /** What was run, and for how long. */
  readonly caption: string;
  readonly columns: readonly string[];
  readonly techniques: readonly Technique[];
  /** In the order of the techniques. */
  readonly rows: readonly (readonly Cell[])[];
  /** The same to be calculated with: plain numbers, their units in the headings. */
  readonly data: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | number | null)[])[];
  };
}

/** The usual table of pros and cons, with the figures of this run. Techniques that have no lane here are in it without figures. */
export function resultTable(standings: readonly Standing[], run: Run, caption: string): ResultTable {
  const { columns } = raceTexts.table;
  const rows = rowsOf(standings, run);
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
    techniques: rows.map(({ name, title, standing }) => ({ name, title, isRacing: standing !== null })),
    rows: rows.map(({ said, standing }) => [...said, ...figuresOf(standing ?? NO_FIGURES, run)]),
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
      rows: rows.map(({ said, standing }) => [
        ...said.map(inWords),
        ...numbersOf(standing ?? NO_FIGURES, run),
        caption,
      ]),
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

/** What the marks mean, in a line. */
export function keyOfMarks(): string {
  const { key } = raceTexts.table;
  return VERDICTS.map((verdict) => `${MARKS[verdict]}\u00a0${key[verdict]}`).join(claimTexts.claims.stop);
}

/** A cell in a line of its own, each claim with its mark. */
export function inLine(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  return cell.map(({ text, verdict }) => `${MARKS[verdict]}\u00a0${text}`).join(claimTexts.claims.stop);
}

/** The same where nothing explains the marks. */
function inWords(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  const { marked, stop } = claimTexts.claims;
  return cell.map(({ text, verdict }) => marked(text, raceTexts.table.key[verdict])).join(stop);
}

const TECHNIQUES: Readonly<Record<string, TechniqueTexts>> = claimTexts.techniques;

interface Row {
  readonly name: string;
  readonly title: string;
  /** What is said of it: its name, in favour, against, and where it is used. */
  readonly said: readonly Cell[];
  /** `null` for what has no lane here. */
  readonly standing: Standing | null;
}

/** What is commonly told, in that order, and after it what else has a lane. */
function rowsOf(standings: readonly Standing[], run: Run): readonly Row[] {
  const laneOf = (name: string) => standings.find(({ transport }) => transport === name) ?? null;
  const told = Object.entries(TECHNIQUES).map(([name, texts]): Row => {
    const claims = (said: Readonly<Record<string, string>>) =>
      Object.entries(said).map(([claim, text]) => ({ text, verdict: verdictOn(name, claim, standings, run) }));
    const standing = laneOf(name);
    const title = texts.name;
    const first = standing === null ? claimTexts.claims.marked(title, claimTexts.claims.noRace) : title;
    return { name, title, said: [first, claims(texts.favour), claims(texts.against), texts.use ?? NOTHING], standing };
  });
  const untold = standings.filter(({ transport }) => !Object.hasOwn(TECHNIQUES, transport));
  return [
    ...told,
    ...untold.map((standing): Row => {
      const title = textsOf(standing.transport).name;
      return { name: standing.transport, title, said: [title, NOTHING, NOTHING, NOTHING], standing };
    }),
  ];
}

/** What is measured of a technique without a lane. */
const NO_FIGURES = {
  p50: null,
  p99: null,
  errorMs: null,
  requests: null,
  perMessage: null,
  opening: null,
  idle: null,
  cpu: null,
};

type Figures = { readonly [Name in keyof typeof NO_FIGURES]: Standing[Name] | null };

function figuresOf(
  { p50, p99, errorMs, requests, perMessage, opening, idle, cpu }: Figures,
  { ranMs }: Run,
): readonly string[] {
  const { idleOf } = raceTexts.table;
  return [
    durationWithin(p50, errorMs ?? 0),
    durationWithin(p99, errorMs ?? 0),
    requests === null || ranMs < 1_000 ? NOTHING : fixed(perMinute(requests, ranMs), 0),
    bytes(perMessage),
    bytes(opening),
    idle === null ? NOTHING : idleOf(bytes(idle.bytes), fixed(idle.requests, 0)),
    cpuTime(cpu),
  ];
}

function numbersOf(standing: Figures, { ranMs }: Run): readonly (number | null)[] {
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
