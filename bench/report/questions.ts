import { isScenario, measured } from '../cells.js';
import { rounded } from '../figures.js';
import type { LabResult, ScenarioName } from '../result.js';
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
  /** Whose numbers the section's table lists, beside those that are drawn along a setting. */
  readonly scenarios: readonly ScenarioName[];
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

const STEADY = ['fan-out'] as const;
const LATENCY = ['rates', 'fan-out'] as const;

const bySubscribers: LinesView = {
  view: 'lines',
  title: 'CPU per message along the number of subscribers',
  scenarios: STEADY,
  figure: 'cpuMicrosPerMessage',
  along: 'subscribers',
  // What is delivered in a second is to be about the same.
  beside: ['perSecond'],
};
const byLatecomers: LinesView = {
  view: 'lines',
  title: 'p99 latency along the number of those who catch up',
  scenarios: ['bystanders'],
  figure: 'p99Ms',
  along: 'late',
};
const byDistance: LinesView = {
  view: 'lines',
  title: 'Median latency along the distance',
  scenarios: LATENCY,
  figure: 'p50Ms',
  along: 'delayMs',
  scale: 'linear',
};
const byMount: LinesView = {
  view: 'lines',
  title: 'CPU per message, attached to the server, mounted in Express, and behind middleware there',
  scenarios: ['ways'],
  figure: 'cpuMicrosPerMessage',
  along: 'express',
};
const bySend: LinesView = {
  view: 'lines',
  title: 'CPU per message of ws, with one frame for all sockets, and with client.send for each',
  scenarios: ['ways'],
  figure: 'cpuMicrosPerMessage',
  along: 'send',
};
const bySize: LinesView = {
  view: 'lines',
  title: 'Bytes down for each message along its size',
  scenarios: ['sizes'],
  figure: 'downBytesPerMessage',
  along: 'bytes',
  // Of the largest there are fewer: it is not the loopback that is measured.
  beside: ['perSecond'],
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
    scenarios: ['rates'],
    views: [
      // Where there are many messages: p99 of a few is whatever the worst one was.
      { view: 'ranges', title: 'From the median to p99.9', scenarios: ['fan-out', 'rates'] },
      { view: 'lines', title: 'p99 latency along the rate', scenarios: LATENCY, figure: 'p99Ms', along: 'perSecond' },
      {
        view: 'lines',
        title: 'Mean latency along the interval of polls',
        scenarios: ['rates'],
        figure: 'meanMs',
        along: 'pollMs',
      },
    ],
    answer: (result) => [
      ...standing(result, { scenarios: LATENCY, figure: 'p50Ms' }).slice(0, 1),
      ...standing(result, { scenarios: ['fan-out', 'rates'], figure: 'p99Ms' }),
    ],
  },
  {
    id: 'four-thousand',
    heading: 'What happens at 4,000?',
    method:
      'The first question again with more and more subscribers, and fewer messages a second to each of them. A server that keeps its head pays the same for each message, however many there are to deliver.',
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
    scenarios: ['sizes'],
    views: [
      {
        view: 'bars',
        title: 'Bytes per delivered message: down, and behind it up',
        scenarios: STEADY,
        figure: 'downBytesPerMessage',
        plus: 'upBytesPerMessage',
      },
      {
        view: 'bars',
        title: 'Requests per delivered message',
        scenarios: STEADY,
        figure: 'requestsPerMessage',
      },
      bySize,
    ],
    answer: (result) => standing(result, { scenarios: STEADY, figure: 'downBytesPerMessage' }),
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
    scenarios: ['connecting', 'storm', 'catch-up'],
    views: [
      {
        view: 'bars',
        title: 'CPU of the server per connection made',
        scenarios: ['connecting', 'storm'],
        figure: 'cpuMicrosPerConnect',
      },
      { view: 'bars', title: 'Until all are connected again', scenarios: ['storm'], figure: 'readyMs' },
      { view: 'bars', title: 'Until everything missed has arrived', scenarios: ['catch-up'], figure: 'readyMs' },
    ],
    answer: (result) => [
      ...standing(result, { scenarios: ['connecting', 'storm'], figure: 'cpuMicrosPerConnect' }),
      ...standing(result, { scenarios: ['catch-up'], figure: 'readyMs' }).slice(0, 1),
    ],
  },
  {
    id: 'distance',
    heading: 'What does distance change?',
    method:
      'A proxy holds back every byte for the time of one transit, each way. What a technique needs a round trip for, it now pays for: how often a message must cross the distance is what tells the techniques apart.',
    scenarios: [],
    views: [byDistance, { ...byDistance, title: 'p99 latency along the distance', figure: 'p99Ms' }],
    answer: (result) => slopes(result, byDistance),
  },
  {
    id: 'call',
    heading: 'How long is the round trip of a call?',
    method:
      'A method is called that answers with what it was given, and each caller waits for its answer before the next call.',
    scenarios: ['call'],
    views: [
      { view: 'ranges', title: 'Round trip, from the median to p99.9', scenarios: ['call'] },
      { view: 'bars', title: 'CPU of the server per call', scenarios: ['call'], figure: 'cpuMicrosPerRequest' },
    ],
    answer: (result) => standing(result, { scenarios: ['call'], figure: 'p50Ms' }),
  },
  {
    id: 'channels',
    heading: 'What does it cost that everybody gets something else?',
    method:
      'The subscribers are spread over many channels, and each message goes to the few of one channel: what is prepared once serves fewer of them.',
    scenarios: ['channels'],
    views: [
      {
        view: 'bars',
        title: 'CPU per message with many channels',
        scenarios: ['channels'],
        figure: 'cpuMicrosPerMessage',
      },
    ],
    answer: (result) => standing(result, { scenarios: ['channels'], figure: 'cpuMicrosPerMessage' }),
  },
  {
    id: 'bystanders',
    heading: 'Who feels it when others catch up?',
    method:
      'Subscribers get messages at a steady rate. Meanwhile others, on another channel, come for 10,000 messages each that they have missed. Those who catch up are read by another process, but on the same core: the delay is not the gateway’s alone.',
    scenarios: ['bystanders'],
    views: [byLatecomers],
    answer: (result) =>
      growth(result, byLatecomers, (from, to) => `With ${rounded(to)} who catch up instead of ${rounded(from)}`),
  },
  {
    id: 'slow',
    heading: 'What do slow readers cost?',
    method:
      'Half of the subscribers take nothing for a while, and then everything. Meanwhile the others are to get their messages as before, and what waits is to have its bounds.',
    scenarios: ['slow-readers'],
    views: [
      { view: 'bars', title: 'Memory of the server at its highest', scenarios: ['slow-readers'], figure: 'rssPeakMiB' },
      { view: 'ranges', title: 'How late the others are', scenarios: ['slow-readers'] },
    ],
    answer: (result) => standing(result, { scenarios: ['slow-readers'], figure: 'rssPeakMiB' }),
  },
  {
    id: 'ways',
    heading: 'What do the fast paths spare?',
    method:
      'The same messages go to the same number by each way through a server: with the gateway attached to it, mounted in an application of Express, where no poll keeps its socket, and there behind middleware that stands before what is written, so that Node’s own way is left; beside another listener of its server, for which take-over and poll sockets are off (in the table only); and with ws by its socket and by its client.send.',
    scenarios: ['ways'],
    views: [byMount, bySend],
    answer: (result) => growth(result, byMount, () => 'Behind middleware instead of attached to the server'),
  },
];

/** The scenarios that no question asks about: they are listed all the same. */
export function furtherScenarios(result: LabResult): string[] {
  const claimed = questions.flatMap((question) => [
    ...question.scenarios,
    ...question.views.flatMap(({ scenarios }) => scenarios),
  ]);
  const names = new Set(result.cells.map((cell) => cell.scenario));
  return [...names].filter((name) => !isScenario(name, claimed));
}

/** Whether a run can answer a question at all. */
export function isAnswered(result: LabResult, { views }: Question): boolean {
  return views.some(
    (view) => measured(result, view.scenarios, view.view === 'ranges' ? 'p50Ms' : view.figure).length > 0,
  );
}
