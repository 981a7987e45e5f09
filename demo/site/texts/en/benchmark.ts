import type { PageTexts } from './common.js';

/** What the page of the benchmark says, in English. */
export const dictionary = {
  benchmark: {
    heading: 'Measured, not claimed.',
    text: 'Two measurements of the same transports: a small one in this browser, over the network that is between you and this server, and the last run of the lab, which says where it was made.',
    here: 'In your browser, now',
    method:
      'Each transport in turn connects, makes ten round trips by calling the server’s clock, and receives 20 messages that the server publishes at a steady rate; then the next one, in three rounds that begin with different transports. Latency is from publication to arrival by the server’s clock; polling asks every 500 ms. Bytes and requests are counted at the gateway’s sockets while messages come, heads and frames included, both ways.',
    rate: 'Messages',
    size: 'Size',
    begin: 'Measure',
    cancel: 'Stop',
    progress: 'Progress of the measurement',
    ready: 'Takes about a minute, one connection at a time.',
    clocks: (ms: string) =>
      `The two clocks are compared to within ${ms}, which is how far off latencies may be, all in the same direction.`,
    measuring: (transport: string, round: string, rounds: string) => `Round ${round} of ${rounds}: ${transport}`,
    done: 'Done.',
    doneWithout: (failures: string) => `Done, but not everything got through. ${failures}.`,
    hidden:
      'This page was out of sight for some of the time, and browsers slow such pages down, those that poll above all: measure again and stay here.',
    stopped: (reason: string) => `Ended early. ${reason}`,
    cancelled: 'You have stopped it; what had been measured by then is shown.',
    table: 'Figures of this run',
    columns: {
      transport: 'Transport',
      connect: 'Connect',
      roundTrip: 'Round trip',
      p50: 'Latency p50',
      slowest: 'Latency, slowest',
      bytes: 'Bytes/message',
      requests: 'Requests/message',
      received: 'Received',
      lost: 'Lost',
    },
    caption: 'Which share of the messages had arrived after how long: further left is quicker, steeper is steadier.',
    latency: 'latency',
    browser: (agent: string, threads: string) =>
      `This browser: ${agent}, ${threads} hardware threads. One run on a machine that does other things as well: compare the transports with each other, not with other machines.`,
    lab: {
      heading: 'The last run of the lab',
      text: 'Server and load in separate processes, beside the least that could do the same job and other libraries under the same load.',
      none: 'No result of the lab is kept in this repository yet. This makes one, in about an hour; after the next build it stands here:',
      table: 'Figures of the lab',
      report: 'The whole report, with plots and method',
    },
  },
};

/** The page itself. */
export const pages = {
  benchmark: {
    name: 'Benchmark',
    title: 'Benchmark · Pushgate',
    description: 'What each way of pushing costs: measured in your browser, and in the lab.',
    skip: { to: 'run', text: 'Skip to the measurement' },
    footer: 'Latency is measured against the server’s clock. Bytes are those of TCP’s payload: TLS is not in them.',
  },
} satisfies Readonly<Record<string, PageTexts>>;
