import type { PageTexts } from './common.js';

/** What all pages of the anatomy say, in English. */
export const dictionary = {
  anatomy: {
    index: {
      heading: 'What really goes over the wire.',
      text: 'A page for each technique: its steps, the bytes of your own connection while you watch, the shortest code of both sides, and what to know before you choose it.',
      transports: 'The transports, simplest first',
      relatives: 'Two relatives that you will meet',
    },
    siblings: 'Anatomy of',
    costs: 'Costs',
    fits: 'Fits',
    browser: 'Browser',
    gateway: 'Gateway',
    how: 'Step by step',
    previous: 'Back',
    first: 'Begin with step 1',
    wire: {
      heading: 'Your own connection, byte by byte',
      text: 'This page has opened a connection over this transport, and the gateway shows what has passed its socket. Cookies and credentials are blanked out there. On the channel nothing happens until you publish.',
      sampleHeading: 'An example, byte by byte',
      publish: 'Publish from elsewhere',
      send: 'Publish over this connection',
      pause: 'Pause',
      hex: 'Hexadecimal as well',
      pieces: 'Pieces in the order in which they passed',
      empty: 'Nothing has been captured yet.',
    },
    legend: 'What the parts mean',
    code: {
      heading: 'The shortest honest code',
      text: 'Both files run as they are in the test suite.',
      server: 'Server, in Node',
      client: 'Client, in the browser',
    },
    history: 'Where it comes from',
    quirks: 'Quirks of browsers and networks',
    use: 'When to use it',
    avoid: 'And when not',
    standard: 'The standard',
    adds: 'What it adds',
    compare: 'How it compares',
    document: 'What Pushgate makes of it: its options, its costs as measured, its limits',
    noLab:
      'The lab has no kept result with figures for this comparison yet. “npm run bench” measures it on your own machine.',
    lab: {
      label: 'Figures of the lab',
      caption: (setting: string, date: string, machine: string) =>
        `Fan-out in the lab (${setting}), measured on ${date}: ${machine}`,
      figures: {
        downBytesPerMessage: 'Bytes down per message',
        requestsPerMessage: 'Requests per message',
        p50Ms: 'Median latency, ms',
        p99Ms: '99th percentile, ms',
        cpuMicrosPerMessage: 'Server CPU per message, µs',
      },
    },
  },
};

/** The first page. */
export const pages = {
  'anatomy/index': {
    name: 'Anatomy',
    title: 'Anatomy of push: the bytes of polling, long-polling, iframe streaming, SSE and WebSocket',
    description:
      'How each way to push works, step by step, with the bytes of your own connection shown live and explained.',
    skip: { to: 'transports', text: 'Skip to the transports' },
    footer: 'Standards are named by their RFC, or by the WHATWG’s name for them.',
  },
} satisfies Readonly<Record<string, PageTexts>>;
