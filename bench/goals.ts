import { figureOf, noiseOf, usual } from './cells.js';
import { figured, figureTexts, times } from './figures.js';
import type { Cell, Figures, LabResult, ScenarioName } from './result.js';
import { experimentText, settingText } from './setting-texts.js';

/** A figure of a contestant. */
interface Measure {
  readonly contestant: string;
  /** Of the cells with these settings; without any, of the experiment that the documents speak of. */
  readonly at?: Cell['settings'];
}

/** What the gateway is to reach, in the experiments that the documents speak of. */
interface Goal extends Measure {
  readonly what: string;
  readonly scenario: ScenarioName;
  readonly figure: keyof Figures;
  /** What the figure is divided by; `null` for a goal in the figure's own unit. */
  readonly beside: Measure | null;
  readonly bound: number;
}

/** So many times what a contestant has, or so much. */
type Bounds = readonly (readonly [beside: string | null, bound: number])[];

interface Aim extends Pick<Goal, 'what' | 'scenario' | 'figure' | 'at'> {
  /** By the transport. */
  readonly bounds: Readonly<Record<string, Bounds>>;
}

const STEADY: Pick<Goal, 'scenario' | 'figure'> = { scenario: 'fan-out', figure: 'cpuMicrosPerMessage' };

const aims: readonly Aim[] = [
  {
    what: 'CPU per message, steady',
    ...STEADY,
    bounds: {
      websocket: [
        ['socket.io websocket', 0.65],
        ['ws', 0.95],
      ],
      ...streams([
        ['better-sse', 0.6],
        ['bare sse', 0.85],
      ]),
      'long-polling': [
        ['socket.io polling', 0.4],
        ['bare long-poll', 0.65],
      ],
    },
  },
  {
    what: 'CPU per message, many in one tick',
    scenario: 'burst',
    figure: 'cpuMicrosPerMessage',
    bounds: {
      websocket: [['socket.io websocket', 0.05]],
      ...streams([['better-sse', 0.1]]),
      'long-polling': [['socket.io polling', 0.5]],
    },
  },
  {
    what: 'messages a second at saturation',
    scenario: 'saturation',
    figure: 'messagesPerSecond',
    bounds: {
      websocket: [['socket.io websocket', 4]],
      ...streams([['better-sse', 2]]),
      'long-polling': [['socket.io polling', 2]],
    },
  },
  {
    // Twice the requests on one core.
    what: 'CPU per request, polls without a pause',
    scenario: 'saturation',
    figure: 'cpuMicrosPerRequest',
    at: { pollMs: 0 },
    bounds: { polling: [['express polling', 0.5]] },
  },
  {
    what: 'memory per idle connection',
    scenario: 'idle',
    figure: 'rssKiBPerConnection',
    bounds: { websocket: [[null, 6]], ...streams([[null, 6]]), 'long-polling': [[null, 6]] },
  },
  {
    what: 'memory of the process, idle',
    scenario: 'idle',
    figure: 'rssPeakMiB',
    at: { subscribers: 10_000 },
    // 150 MB.
    bounds: { websocket: [[null, 143]], ...streams([[null, 143]]) },
  },
  {
    what: 'CPU per connection made',
    scenario: 'connecting',
    figure: 'cpuMicrosPerConnect',
    bounds: {
      websocket: [['socket.io websocket', 0.4]],
      ...streams([['better-sse', 0.5]]),
      'long-polling': [['socket.io polling', 0.4]],
    },
  },
  {
    what: 'p99 latency at a high rate',
    scenario: 'rates',
    figure: 'p99Ms',
    at: { subscribers: 100, perSecond: 1_000 },
    bounds: { websocket: [['ws', 1]], sse: [['bare sse', 1]] },
  },
];

/** What is taken for flat: noise is no slope. */
const FLAT = 1.1;

/** Costs that are not to grow: from one setting to another. */
const flat: readonly Goal[] = [
  ...['websocket', 'sse', 'long-polling'].map((transport) => flatness(transport, STEADY, 'subscribers', 100, 10_000)),
  flatness('websocket', { scenario: 'channels', figure: 'cpuMicrosPerMessage' }, 'channels', 1, 10_000),
  flatness('websocket', STEADY, 'retained', 0, 100_000),
];

function flatness(
  transport: string,
  what: Pick<Goal, 'scenario' | 'figure'>,
  along: string,
  from: number,
  to: number,
): Goal {
  const contestant = `pushgate ${transport}`;
  // As many channels as there are subscribers: an audience of one each.
  const at = (value: number) => (along === 'channels' ? { channels: value, subscribers: value } : { [along]: value });
  const name = `CPU per message, ${settingText(along, to)}`;
  return { what: name, ...what, contestant, at: at(to), beside: { contestant, at: at(from) }, bound: FLAT };
}

/** An iframe is a stream in another wrapping. */
function streams(bounds: Bounds): Readonly<Record<string, Bounds>> {
  return { sse: bounds, iframe: bounds };
}

const goals: readonly Goal[] = [
  ...aims.flatMap(({ bounds, ...aim }) =>
    Object.entries(bounds).flatMap(([transport, all]) =>
      all.map(([rival, bound]): Goal => {
        const beside = rival === null ? null : { contestant: rival, ...(aim.at === undefined ? {} : { at: aim.at }) };
        return { ...aim, contestant: `pushgate ${transport}`, beside, bound };
      }),
    ),
  ),
  ...flat,
];

/** What became of a goal. */
export interface Reached {
  readonly what: string;
  readonly contestant: string;
  /** What is to be reached, and what was, in words, with what it is divided by. */
  readonly goal: string;
  readonly value: string;
  readonly beside: string;
  readonly isReached: boolean;
  /** By how much runs lie from each other, where it lies no further from what is to be reached; `null` where it does. */
  readonly noise: number | null;
  /** In which experiment, in words. */
  readonly where: string;
}

/** What a run says about the goals; of one that it has not tried, nothing. */
export function goalsReached(result: LabResult): Reached[] {
  return goals.flatMap((goal) => {
    const { figure, contestant, bound, beside } = goal;
    const mine = cellOf(result, goal, goal);
    const theirs = beside === null ? null : cellOf(result, goal, beside);
    if (mine === undefined || theirs === undefined) return [];
    const isMore = figureTexts[figure].better === 'more';
    const rival = beside === null ? null : rivalText(goal, beside);
    const said = {
      what: goal.what,
      contestant,
      goal: `${isMore ? '≥' : '≤'} ${rival === null ? figured(bound, figure) : `${bound} × ${rival}`}`,
      where: experimentText(mine),
    };
    const [own, other] = [figureOf(mine, figure), theirs === null ? 1 : figureOf(theirs, figure)];
    if (own === undefined || !other) return { ...said, value: 'failed', beside: '', isReached: false, noise: null };
    const value = own / other;
    const noise = noiseOf(figure, mine, ...(theirs === null ? [] : [theirs]));
    return {
      ...said,
      value: rival === null ? figured(value, figure) : times(value),
      beside: rival === null ? '' : ` ${rival}`,
      isReached: isMore ? value >= bound : value <= bound,
      noise: Math.abs(value / bound - 1) <= noise ? noise : null,
    };
  });
}

/** Whose figure it is, or with which settings it was the contestant's own. */
function rivalText({ contestant }: Goal, beside: Measure): string {
  if (beside.contestant !== contestant) return beside.contestant;
  return `with ${Object.entries(beside.at ?? {})
    .map(([name, value]) => settingText(name, value))
    .join(', ')}`;
}

/** The cell of a contestant that a goal speaks of, failed or not; `undefined` when it was not tried. */
function cellOf(result: LabResult, { scenario, figure }: Goal, { contestant, at }: Measure): Cell | undefined {
  const own = result.cells.filter((cell) => cell.scenario === scenario && cell.contestant === contestant);
  if (at !== undefined) {
    const isAt = ({ settings }: Cell) => Object.entries(at).every(([name, value]) => settings[name] === value);
    return own.find((cell) => isAt(cell) && !cell.settings['delayMs']);
  }
  const [one] = usual(result, [scenario], figure);
  if (one === undefined) return undefined;
  return own.find((cell) => experimentText(cell) === experimentText(one));
}
