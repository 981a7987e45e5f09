import type { Standing } from './standings.js';

/**
 * Whether a run bears out what is said of a technique: it does, it does not, that is not known yet, or it is nothing that a
 * race measures.
 */
export type Verdict = 'held' | 'not' | 'unknown' | 'unmeasured';

/** What a run is judged by, besides how its lanes stand. */
export interface Run {
  /** For how long it has gone on, in milliseconds. */
  readonly ranMs: number;
  /** How often polling asks, in milliseconds. */
  readonly pollMs: number;
  /** Messages published in a second. */
  readonly perSecond: number;
}

/**
 * Says whether it holds for the lane of the technique, beside all lanes; `null` where that is not known yet, and `unmeasured` where the
 * settings do not put it to the test.
 */
type Judge = (own: Standing, all: readonly Standing[], run: Run) => boolean | null | 'unmeasured';

/** Fewer messages, or requests, prove nothing. */
const ENOUGH = 20;

/** Nor does less time: requests are told once a second, and messages counted at once. */
const ENOUGH_MS = 20_000;

/** A tenth of a second later is taken for at once (Nielsen, "Usability Engineering", 1993). */
const AT_ONCE_MS = 100;

/** A wait of long-polling ends after 25 s at most, and is asked for again. */
const WAIT_MS = 25_000;

/** What a timer, a request and its answer may add to an interval. */
const ASKING_MS = 250;

const JUDGES: Readonly<Record<string, Readonly<Record<string, Judge>>>> = {
  polling: { late: isLate, empty: isMostlyEmpty },
  'long-polling': { prompt: isPrompt, needed: asksWhenNeeded, each: asksForEach },
  iframe: { prompt: isPrompt, needed: isOneStream },
  sse: { many: isOneStream },
  websocket: { least: isLightest },
};

/** Judges what is said of a technique under a name, as in the dictionaries. */
export function verdictOn(transport: string, claim: string, all: readonly Standing[], run: Run): Verdict {
  const judge = Object.hasOwn(JUDGES, transport) ? JUDGES[transport]?.[claim] : undefined;
  const own = all.find((standing) => standing.transport === transport);
  // Where nothing is published, nothing comes to prove it.
  if (judge === undefined || own === undefined || run.perSecond === 0) return 'unmeasured';
  const holds = judge(own, all, run);
  if (holds === 'unmeasured') return holds;
  if (holds === null || run.ranMs < ENOUGH_MS) return 'unknown';
  return holds ? 'held' : 'not';
}

/** Later than every other lane, and never by more than the interval. */
function isLate(own: Standing, all: readonly Standing[], { pollMs }: Run): boolean | null {
  const { p50, p99, errorMs, messages } = own;
  const others = known(all, own, ({ p50 }) => p50);
  if (p50 === null || p99 === null || messages < ENOUGH || others.length === 0) return null;
  return p50 > Math.max(...others) && p99 <= pollMs + errorMs + ASKING_MS;
}

/**
 * With fewer messages than half of the requests, more than half came back with nothing. Where more are published than that, few can, and
 * nothing is said of what is seldom published.
 */
function isMostlyEmpty(
  { requests, messages, others }: Standing,
  _all: readonly Standing[],
  { pollMs, perSecond }: Run,
): boolean | null | 'unmeasured' {
  if ((perSecond * pollMs) / 1_000 >= 0.5) return 'unmeasured';
  return requests === null || requests < ENOUGH ? null : messages + others < requests / 2;
}

/** No later than the quickest lane by what anybody would notice. */
function isPrompt(own: Standing, all: readonly Standing[]): boolean | null {
  const others = known(all, own, ({ p50 }) => p50);
  if (own.p50 === null || own.messages < ENOUGH || others.length === 0) return null;
  return own.p50 - Math.min(...others) <= AT_ONCE_MS;
}

/**
 * One for each message, be it of the chat; for each opening the first, which is answered at once, and the one that is held now; and
 * one for each wait that ran out. One in ten more may be for a line that was cut.
 */
function asksWhenNeeded(own: Standing, _all: readonly Standing[], { ranMs }: Run): boolean | null {
  const { requests, messages, others, openings } = own;
  if (requests === null || messages < ENOUGH) return null;
  return requests <= 2 * openings + (messages + others) * 1.1 + ranMs / WAIT_MS;
}

function asksForEach({ requests, messages }: Standing): boolean | null {
  return requests === null || messages < ENOUGH ? null : requests >= messages * 0.9;
}

/** Beside the one that opened it, a request for more than ten messages: it was asked again when the stream was renewed. */
function isOneStream({ requests, messages, openings }: Standing): boolean | null {
  return requests === null || messages < ENOUGH ? null : requests - openings < messages / 10;
}

function isLightest(own: Standing, all: readonly Standing[]): boolean | null {
  const others = known(all, own, ({ perMessage, counted }) => (counted < ENOUGH ? null : perMessage));
  if (own.perMessage === null || own.counted < ENOUGH || others.length === 0) return null;
  return own.perMessage < Math.min(...others);
}

/** A figure of the other lanes, as far as it is known. */
function known(
  all: readonly Standing[],
  own: Standing,
  figureOf: (standing: Standing) => number | null,
): readonly number[] {
  return all
    .filter((standing) => standing !== own)
    .map(figureOf)
    .filter((figure) => figure !== null);
}
