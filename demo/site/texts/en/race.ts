import type { PageTexts } from './common.js';

/** What the race says, in English. */
export const dictionary = {
  idea: {
    heading: 'One log of messages, every way to carry it.',
    text: 'Each lane below is subscribed to the same live channel over a different transport. A transport only answers “what comes after this cursor?”, so a client can lose one, go on over another and come back without missing a message. The sixth lane does that by itself: block a transport and watch.',
  },
  machine: {
    heading: 'On the channel now',
    explanation: 'Figures of the machine that serves this page, published once a second.',
    tiles: {
      machine: 'CPU, whole machine',
      process: 'CPU, this gateway',
      memory: 'Memory, this gateway',
      loop: 'Event-loop delay',
      connections: 'Open downlinks',
    },
    memory: (heap: string, used: string, total: string) => `${heap} of it heap. Whole machine: ${used} of ${total}`,
    loop: (p99: string) => `99th percentile ${p99}`,
    ofCore: 'of one core',
    ofCores: 'of all cores',
    none: 'none open',
  },
  say: {
    heading: 'Say something into every lane',
    name: 'Name',
    text: 'Message',
    placeholder: 'hello, lanes',
    send: 'Publish',
    sending: 'publishing …',
    sent: (ms: string, uplink: string) => `In the log after ${ms}, ${uplink}.`,
    failed: (reason: string) => `Not published: ${reason}`,
    paused: 'Paused: come back to this tab to publish.',
    guest: 'guest',
  },
  lanes: {
    heading: 'Five lanes, one channel',
    headingOf: (count: number) => `${NUMBERS[count] ?? count} lanes, one channel`,
    legend: {
      label: 'How to read a track',
      bar: 'sent → arrived',
      chat: 'chat',
      twenty: '20 s ago',
      fifteen: '15 s',
      ten: '10 s',
      five: '5 s',
      now: 'now',
    },
    track: (transport: string) => `Arrivals over ${transport} in the last 20 seconds`,
    messages: 'Last messages',
    document: 'How it works',
    documentOf: (transport: string) => `How it works: ${transport}`,
    interval: 'Ask every',
    seconds: (seconds: string) => `${seconds} s`,
    noChat: 'no chat yet',
    noText: '(no text)',
    noName: 'chat',
    first: 'first',
    behind: (ms: string) => `+${ms}`,
    figures: {
      latency: 'Latency',
      median: 'Median',
      messages: 'Messages',
      requests: 'Requests',
      down: 'Bytes down',
      up: 'Bytes up',
      each: 'Per message',
    },
  },
};

/** The page itself. */
export const pages = {
  index: {
    name: 'Race',
    title: 'Pushgate: every way to push, side by side',
    description:
      'Polling, long-polling, iframe streaming, server-sent events and WebSocket under the same live messages: what each of them does, costs and survives.',
    skip: { to: 'lanes', text: 'Skip to the lanes' },
    footer:
      'Latency is measured against the server’s clock. Bytes are counted at the server’s sockets, HTTP heads included; what you publish is charged to the automatic client, which sends it.',
  },
} satisfies Readonly<Record<string, PageTexts>>;

const NUMBERS: Readonly<Record<number, string>> = { 4: 'Four', 5: 'Five', 6: 'Six', 7: 'Seven', 8: 'Eight' };
