import { figureOf, measured, usual } from './cells.js';
import { figured, figureTexts, times } from './figures.js';
import type { Cell, Figures, LabResult, ScenarioName } from './result.js';

/** What the gateway is to reach, in the experiments that the documents speak of. */
interface Goal {
  readonly what: string;
  readonly scenarios: readonly ScenarioName[];
  readonly figure: keyof Figures;
  readonly contestant: string;
  /** What the figure is divided by; `null` for a goal in the figure's own unit. */
  readonly beside: string | null;
  readonly bound: number;
}

/** So many times what a contestant has, or so much. */
type Bounds = readonly (readonly [beside: string | null, bound: number])[];

interface Aim extends Pick<Goal, 'what' | 'scenarios' | 'figure'> {
  /** By the transport. */
  readonly bounds: Readonly<Record<string, Bounds>>;
}

const aims: readonly Aim[] = [
  {
    what: 'CPU per message, steady',
    scenarios: ['fan-out'],
    figure: 'cpuMicrosPerMessage',
    bounds: {
      websocket: beside(['socket.io websocket', 0.65], ['ws', 0.95]),
      ...streams(beside(['better-sse', 0.6], ['bare sse', 0.85])),
      'long-polling': beside(['socket.io polling', 0.4], ['bare long-poll', 0.65]),
    },
  },
  {
    what: 'CPU per message, many in one tick',
    scenarios: ['burst'],
    figure: 'cpuMicrosPerMessage',
    bounds: {
      websocket: beside(['socket.io websocket', 0.05]),
      ...streams(beside(['better-sse', 0.1])),
      'long-polling': beside(['socket.io polling', 0.5]),
    },
  },
  {
    what: 'messages a second at saturation',
    scenarios: ['saturation'],
    figure: 'messagesPerSecond',
    bounds: {
      websocket: beside(['socket.io websocket', 4]),
      ...streams(beside(['better-sse', 2])),
      'long-polling': beside(['socket.io polling', 2]),
    },
  },
  {
    what: 'requests a second at saturation',
    scenarios: ['saturation'],
    figure: 'requestsPerSecond',
    bounds: { polling: beside(['express polling', 2]) },
  },
  {
    what: 'memory per idle connection',
    scenarios: ['idle'],
    figure: 'rssKiBPerConnection',
    bounds: { websocket: beside([null, 6]), ...streams(beside([null, 6])), 'long-polling': beside([null, 6]) },
  },
  {
    what: 'CPU per connection made',
    scenarios: ['connecting'],
    figure: 'cpuMicrosPerConnect',
    bounds: {
      websocket: beside(['socket.io websocket', 0.4]),
      ...streams(beside(['better-sse', 0.5])),
      'long-polling': beside(['socket.io polling', 0.4]),
    },
  },
];

function beside(...bounds: Bounds): Bounds {
  return bounds;
}

/** An iframe is a stream in another wrapping. */
function streams(bounds: Bounds): Readonly<Record<string, Bounds>> {
  return { sse: bounds, iframe: bounds };
}

const goals: readonly Goal[] = aims.flatMap(({ bounds, ...aim }) =>
  Object.entries(bounds).flatMap(([transport, all]) =>
    all.map(([rival, bound]) => ({ ...aim, contestant: `pushgate ${transport}`, beside: rival, bound })),
  ),
);

/** What became of a goal. */
export interface Reached {
  readonly what: string;
  readonly contestant: string;
  /** What is to be reached, and what was, in words. */
  readonly goal: string;
  readonly value: string;
  readonly isReached: boolean;
}

/** What a run says about the goals; of one that it has no figures for, nothing. */
export function goalsReached(result: LabResult): Reached[] {
  return goals.flatMap((goal) => {
    const { figure, contestant, bound } = goal;
    const cells = usual(measured(result, goal.scenarios, figure));
    const mine = ownFigure(cells, contestant, figure);
    const theirs = goal.beside === null ? 1 : ownFigure(cells, goal.beside, figure);
    if (mine === undefined || !theirs) return [];
    const value = mine / theirs;
    const isMore = figureTexts[figure].better === 'more';
    const isShare = goal.beside !== null;
    return {
      what: goal.what,
      contestant,
      goal: `${isMore ? '≥' : '≤'} ${isShare ? `${bound} × ${goal.beside}` : figured(bound, figure)}`,
      value: isShare ? `${times(value)} ${goal.beside}` : figured(value, figure),
      isReached: isMore ? value >= bound : value <= bound,
    };
  });
}

function ownFigure(cells: readonly Cell[], contestant: string, figure: keyof Figures): number | undefined {
  const cell = cells.find((one) => one.contestant === contestant);
  return cell === undefined ? undefined : figureOf(cell, figure);
}
