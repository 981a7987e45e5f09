import type { PageTexts } from './common.js';

/** What the page says from which a visitor uses the gateway, in English. */
export const dictionary = {
  try: {
    heading: 'Use this gateway from where you are.',
    text: 'Everything below goes to the gateway that serves this page. It speaks plain HTTP, so that a terminal is enough; what you publish reaches everybody who listens.',
  },
  console: {
    heading: 'Publish and watch',
    publish: 'Publish',
    watch: 'Watch a channel',
    channel: 'Channel',
    data: 'Data: JSON, or any text',
    send: 'Publish',
    listen: 'Watch',
    nothing: 'Not watching yet.',
    messages: 'Messages, the newest first',
    publishing: 'publishing …',
    published: (status: number, id: string) => `${status}: in the log as ${id}`,
    refused: (status: number, code: string, detail: string) => `${status} ${code}: ${detail}`,
    away: (reason: string) => `No answer: ${reason}`,
    carried: (channel: string, transport: string) => `Watching ${channel} over ${transport}`,
    gap: 'Some of what came meanwhile is not in the log any more.',
  },
  connected: {
    heading: 'Connected now',
    text: 'Everybody’s downlinks, as the gateway counts them. A poll counts while it is answered. This page’s own is among them, for the channel that it watches above. Whose they are is not told, nor the names of channels that somebody has made up: who knows such a name may listen.',
    transport: 'Transport',
    connections: 'Connections',
    subscriptions: 'Subscriptions',
    sum: (connections: number, channels: number) =>
      `${connections === 1 ? '1 connection' : `${connections} connections`}, ${channels === 1 ? '1 channel' : `${channels} different channels`}`,
    newest: 'The newest fifty',
    open: 'Open for',
    channels: 'Channels',
    on: (known: readonly string[], others: number) =>
      [...known, ...(others > 0 ? [others === 1 ? '1 of their own' : `${others} of their own`] : [])].join(', '),
    away: 'The server does not answer now; it is asked again.',
    absent: 'Whoever serves this page does not count connections; the gateway’s metrics do.',
  },
  terminal: {
    heading: 'From a terminal',
    explanation:
      'With your own address in them. Publish from another terminal and see it arrive above, where this page watches the channel chat, and in every lane of the race.',
    further: 'More with curl',
    programming: 'From a program',
    package:
      'The client is in the project’s own package, “pushgate”: “npm ci” in its folder builds it. For a page without a bundler it is one file there, dist/client/pushgate.iife.js, which defines Pushgate.',
    curl: {
      publish: 'Publish a message',
      stream: 'Follow the chat as it happens',
      wait: 'Wait for one message, 25 seconds at most',
      machine: 'Follow the machine’s figures',
      history: 'Read the last messages',
    },
    programs: {
      browser: 'In a page or in Node, with the client that falls back by itself',
      eventSource: 'In a page, with nothing but the browser',
      node: 'In Node, with nothing but Node',
      python: 'In Python, with its standard library: publish',
      pythonStream: 'In Python, with its standard library: follow',
    },
    copy: 'Copy',
    copyOf: (what: string) => `Copy: ${what}`,
    copied: 'Copied',
    select: 'Selected, copy it now',
  },
};

/** The page itself. */
export const pages = {
  try: {
    name: 'Try it',
    title: 'Try Pushgate: curl, a console and what is connected now',
    description: 'Publish to this gateway and listen to it, from a terminal, a program or this page.',
    skip: { to: 'console', text: 'Skip to the console' },
    footer: 'What you publish here can be read by everybody who knows the channel.',
  },
} satisfies Readonly<Record<string, PageTexts>>;
