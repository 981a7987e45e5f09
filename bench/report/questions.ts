import { measured } from '../cells.js';
import { rounded } from '../figures.js';
import type { LabResult } from '../result.js';
import { type BarsView, bars } from './bars.js';
import type { Html } from './html.js';
import { type LinesView, lines } from './lines.js';
import { type RangesView, ranges } from './ranges.js';
import { growth, slopes, standing } from './sentences.js';

/** A way to show some cells. */
export type View = BarsView | RangesView | LinesView;

/** A section of the article: a question, what answers it, and how that is shown. */
export interface Question {
  readonly id: string;
  readonly heading: string;
  /** What was done to find out. */
  readonly method: string;
  /** Whose numbers the section's table lists: scenarios by name, or by what the name contains. */
  readonly scenarios: readonly string[];
  readonly views: readonly View[];
  /** Sentences computed from the run. */
  readonly answer: (result: LabResult) => string[];
}

/** A view as markup; `null` when the run has nothing for it. */
export function rendered(result: LabResult, view: View): Html | null {
  switch (view.view) {
    case 'bars':
      return bars(result, view);
    case 'ranges':
      return ranges(result, view);
    case 'lines':
      return lines(result, view);
    default:
      return view satisfies never;
  }
}

const STEADY = ['fan-out'];
const LATENCY = ['latency', 'fan-out'];
const DISTANCE = ['distance', 'latency', 'fan-out'];

const bySubscribers: LinesView = {
  view: 'lines',
  title: 'CPU per message along the number of subscribers',
  scenarios: STEADY,
  figure: 'cpuMicrosPerMessage',
  along: 'subscribers',
};
const byDistance: LinesView = {
  view: 'lines',
  title: 'Median latency along the distance',
  scenarios: DISTANCE,
  figure: 'p50Ms',
  along: 'delayMs',
  scale: 'linear',
};
const bySize: LinesView = {
  view: 'lines',
  title: 'Bytes down for each message along its size',
  scenarios: ['message-size', 'size'],
  figure: 'downBytesPerMessage',
  along: 'bytes',
};

/** The questions, in the order of the article. */
export const questions: readonly Question[] = [
  {
    id: 'message',
    heading: 'What does a message cost the server?',
    method:
      'All subscribers listen to one channel, which gets messages at a steady rate. The processor time of the server, user and system, is divided by the messages that arrived.',
    scenarios: STEADY,
    views: [
      {
        view: 'bars',
        title: 'CPU of the server per delivered message',
        scenarios: STEADY,
        figure: 'cpuMicrosPerMessage',
      },
    ],
    answer: (result) => standing(result, { scenarios: STEADY, figure: 'cpuMicrosPerMessage' }),
  },
  {
    id: 'idle',
    heading: 'What does an idle user cost?',
    method:
      'Connections are made and then nothing is said on them. What the server’s resident memory grew by is divided by their number, and what still crosses the wire is counted: heartbeats, and the requests of those who ask.',
    scenarios: ['idle'],
    views: [
      {
        view: 'bars',
        title: 'Memory of the server per idle connection',
        scenarios: ['idle'],
        figure: 'rssKiBPerConnection',
      },
      {
        view: 'bars',
        title: 'Bytes per idle connection and minute',
        scenarios: ['idle'],
        figure: 'idleBytesPerMinute',
      },
    ],
    answer: (result) => [
      ...standing(result, { scenarios: ['idle'], figure: 'rssKiBPerConnection' }),
      ...standing(result, { scenarios: ['idle'], figure: 'idleBytesPerMinute' }).slice(0, 1),
    ],
  },
  {
    id: 'late',
    heading: 'How late is a message?',
    method:
      'Latency counts from when a message was meant to leave until it was read, so that a server which publishes late is not forgiven for it.',
    scenarios: ['latency'],
    views: [
      { view: 'ranges', title: 'From the median to p99.9', scenarios: LATENCY },
      { view: 'lines', title: 'p99 latency along the rate', scenarios: LATENCY, figure: 'p99Ms', along: 'perSecond' },
      {
        view: 'lines',
        title: 'Mean latency along the interval of polls',
        scenarios: ['poll'],
        figure: 'meanMs',
        along: 'pollMs',
      },
    ],
    answer: (result) => [
      ...standing(result, { scenarios: LATENCY, figure: 'p50Ms' }).slice(0, 1),
      ...standing(result, { scenarios: LATENCY, figure: 'p99Ms' }),
    ],
  },
  {
    id: 'four-thousand',
    heading: 'What happens at 4,000?',
    method:
      'The first question again with more and more subscribers. A server that keeps its head pays the same for each message, however many there are to deliver.',
    scenarios: [],
    views: [bySubscribers],
    answer: (result) =>
      growth(result, bySubscribers, (from, to) => `From ${rounded(from)} to ${rounded(to)} subscribers`),
  },
  {
    id: 'wire',
    heading: 'What does the wire carry for each message?',
    method:
      'Bytes as the sockets of the load counted them, heads and frames included, TCP and TLS left out; divided by messages delivered.',
    scenarios: ['wire', 'size'],
    views: [
      {
        view: 'bars',
        title: 'Bytes per delivered message: down, and behind it up',
        scenarios: ['wire', ...STEADY],
        figure: 'downBytesPerMessage',
        plus: 'upBytesPerMessage',
      },
      {
        view: 'bars',
        title: 'Requests per delivered message',
        scenarios: ['wire', ...STEADY],
        figure: 'requestsPerMessage',
      },
      bySize,
    ],
    answer: (result) => standing(result, { scenarios: ['wire', ...STEADY], figure: 'downBytesPerMessage' }),
  },
  {
    id: 'burst',
    heading: 'What happens in a burst, and at saturation?',
    method:
      'A burst is many messages in one turn of the event loop; what joins them before it writes pays for one write instead of many. Saturation is as much as the server delivers when it is never left in peace.',
    scenarios: ['burst', 'saturation'],
    views: [
      { view: 'bars', title: 'CPU per message of a burst', scenarios: ['burst'], figure: 'cpuMicrosPerMessage' },
      {
        view: 'bars',
        title: 'Messages per second at saturation',
        scenarios: ['saturation'],
        figure: 'messagesPerSecond',
      },
    ],
    answer: (result) => [
      ...standing(result, { scenarios: ['burst'], figure: 'cpuMicrosPerMessage' }),
      ...standing(result, { scenarios: ['saturation'], figure: 'messagesPerSecond' }),
    ],
  },
  {
    id: 'back',
    heading: 'What does coming back cost?',
    method:
      'Connecting one after the other, all at once after the server was restarted, and fetching what was missed meanwhile. Only what keeps a history can do the last.',
    scenarios: ['connect', 'storm', 'catch-up'],
    views: [
      {
        view: 'bars',
        title: 'CPU of the server per connection made',
        scenarios: ['connect', 'storm'],
        figure: 'cpuMicrosPerConnect',
      },
      { view: 'bars', title: 'Until all are connected again', scenarios: ['reconnect', 'storm'], figure: 'readyMs' },
      { view: 'bars', title: 'Until everything missed has arrived', scenarios: ['catch-up'], figure: 'readyMs' },
    ],
    answer: (result) => [
      ...standing(result, { scenarios: ['connect', 'storm'], figure: 'cpuMicrosPerConnect' }),
      ...standing(result, { scenarios: ['catch-up'], figure: 'readyMs' }).slice(0, 1),
    ],
  },
  {
    id: 'distance',
    heading: 'What does distance change?',
    method:
      'A proxy holds back every byte for 0, 50 or 200 ms. What a technique needs a round trip for, it now pays for: how often a message must cross the distance is what tells the techniques apart.',
    scenarios: ['distance'],
    views: [byDistance, { ...byDistance, title: 'p99 latency along the distance', figure: 'p99Ms' }],
    answer: (result) => slopes(result, byDistance),
  },
];

/** The scenarios that no question asks about: they are listed all the same. */
export function furtherScenarios(result: LabResult): string[] {
  const claimed = questions.flatMap((question) => question.scenarios);
  const names = new Set(result.cells.map((cell) => cell.scenario));
  return [...names].filter((name) => !claimed.some((claim) => name.includes(claim)));
}

/** Whether a run can answer a question at all. */
export function isAnswered(result: LabResult, { views }: Question): boolean {
  return views.some(
    (view) => measured(result, view.scenarios, view.view === 'ranges' ? 'p50Ms' : view.figure).length > 0,
  );
}
