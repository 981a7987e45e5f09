import type { FaultName } from '../words/fault-name.js';

/**
 * Everything that a visitor reads, in English. A further language is a further module of this shape.
 *
 * A text with a blank in it is a function of what goes there. The page asks for the others by their path, such as
 * `{{idea.heading}}`, and gets them before it is sent.
 */
export const dictionary = {
  language: { tag: 'en', name: 'English' },
  pages: {
    index: {
      title: 'Pushgate: every way to push, side by side',
      description:
        'Polling, long-polling, iframe streaming, server-sent events and WebSocket under the same live messages: what each of them does, costs and survives.',
      skip: { to: 'lanes', text: 'Skip to the lanes' },
      footer:
        'Latency is measured against the server’s clock. Bytes are counted at the server’s sockets, HTTP heads included; what you publish is charged to the automatic client, which sends it.',
    },
  },
  noScript: 'This page is a live demonstration and needs JavaScript.',
  brand: 'Pushgate',
  nav: { label: 'On this page', lanes: 'Lanes', automatic: 'Fallback', terminal: 'Terminal', docs: 'Documentation' },
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
    byPost: 'sent by POST',
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
  states: {
    idle: 'idle',
    connecting: 'connecting',
    open: 'open',
    waiting: 'waiting to reconnect',
    closed: 'closed',
    paused: 'paused while hidden',
  },
  transports: {
    polling: {
      name: 'Polling',
      explanation:
        'Asks at intervals and takes what there is. Works wherever HTTP does, and is late by half an interval.',
      standing: 'asking every',
      uplink: 'sent by POST',
    },
    'long-polling': {
      name: 'Long-polling',
      explanation: 'Asks, and the gateway holds the answer back until there is a message. One request for each.',
      standing: 'a request is waiting',
      uplink: 'sent by POST',
    },
    iframe: {
      name: 'Iframe',
      explanation:
        'A hidden page that never finishes loading; each message is a script in it. For browsers from before SSE.',
      standing: 'a document is loading',
      uplink: 'sent by POST',
    },
    sse: {
      name: 'SSE',
      explanation: 'One answer that never ends, made for this and read by the browser itself. Down only.',
      standing: 'a stream is open',
      uplink: 'sent by POST',
    },
    websocket: {
      name: 'WebSocket',
      explanation:
        'One socket, both ways, a few bytes around each message. Needs a network that lets upgrades through.',
      standing: 'a socket is open',
      uplink: 'sent over the same socket',
    },
  } as Readonly<Record<string, TransportTexts>>,
  otherTransport: 'A transport from the catalog.',
  automatic: {
    heading: 'The automatic client',
    explanation:
      'It takes the best transport that proves itself. Block the one it uses: its connections are cut, new ones come to nothing, and nobody tells the client. Free it, and the client finds out by itself: it looks every few seconds.',
    track: 'Arrivals in the last 20 seconds, in the colour of the transport that carried them',
    ladder: 'Transports, best first',
    block: (transport: string) => `Block ${transport}`,
    free: (transport: string) => `Free ${transport}`,
    rung: {
      carries: 'carries now',
      blocked: 'blocked by you',
      cut: 'blocked, cutting it',
      despite: 'carries all the same',
      blockedBy: (fault: string) => `blocked: ${fault}`,
      despiteOf: (fault: string) => `carries, though ${fault}`,
      trying: 'being tried',
      failed: 'failed last time',
      ready: 'not needed now',
    },
    network: {
      how: 'How the network blocks',
      line: 'What is open now',
      cut: 'Cut now',
      sever: 'Sever the line',
      does: 'Of a cut both ends are told at once. Of a severed line neither is, as when a phone loses its network.',
    },
    faults: {
      reset: {
        name: 'Reset',
        rung: 'reset',
        does: 'Each connection is reset at once, as by a firewall.',
      },
      refused: {
        name: 'Refused (403)',
        rung: 'refused',
        does: 'Something on the way answers 403 in the gateway’s place, as a company’s proxy does.',
      },
      'black-hole': {
        name: 'Black hole',
        rung: 'black hole',
        does: 'The connection is accepted, and no answer ever comes. The client has to lose patience.',
      },
      silent: {
        name: 'Silent after the head',
        rung: 'silent',
        does: 'The head of the answer comes, and nothing after it: frames vanish, a stream stays in a buffer.',
      },
      stripped: {
        name: 'Upgrades stripped',
        rung: 'stripped',
        does: 'The wish for an upgrade is taken out, as by a proxy that knows no WebSocket. Others do not notice.',
      },
      whole: {
        name: 'Held back until whole',
        rung: 'held back',
        does: 'An answer is handed on when all of it is there. One that never ends never comes.',
      },
      slow: {
        name: 'Slow (2 s)',
        rung: '2 s late',
        does: 'Whatever comes from the gateway comes two seconds later.',
      },
    } satisfies Readonly<Record<FaultName, FaultTexts>>,
    severed:
      'The line is severed, and nobody was told. The client takes it for dead once a heartbeat has not come in time.',
    now: (transport: string) => `Carried by ${transport}`,
    nothing: 'Carried by nothing',
    nothingBecause: 'It goes on trying. What is published meanwhile stays in the log and will be read from there.',
    awayBecause: 'No lane gets through: the gateway is away, or the network to it. It goes on trying.',
    beginning: 'Connecting for the first time.',
    counters: {
      received: 'Received',
      lost: 'Lost',
      repeated: 'Repeated',
      changes: 'Switches',
    },
    blockFailed: 'The gateway cannot be asked for that. Is it still running?',
  },
  trace: {
    heading: 'What it did, and why',
    events: {
      started: 'tried',
      proved: 'proved',
      failed: 'failed',
      unsupported: 'not possible here',
      lost: 'lost',
      switched: 'took over',
      probe: 'probed',
      renew: 'renewed',
      dropped: 'let go',
      bye: 'asked to leave',
      waiting: 'pause',
      idle: 'idle',
      closed: 'closed',
      gap: 'gap',
    },
    beganAnew: 'The log began anew: what was in it before is gone.',
    gone: (channel: string) => `Messages on ${channel} were gone from the log before they could be read.`,
  },
  terminal: {
    heading: 'Try it from a terminal',
    explanation: 'The gateway speaks plain HTTP. Publish from another terminal and see it arrive in every lane above.',
    publish: 'Publish a message',
    stream: 'Follow the chat as it happens',
    machine: 'Follow the machine’s figures',
    history: 'Read the last messages',
    copy: 'Copy',
    copyOf: (what: string) => `Copy: ${what}`,
    copied: 'Copied',
    select: 'Selected, copy it now',
  },
  footer: {
    health: 'Health',
    metrics: 'Metrics',
  },
};

/** What every language has to say. */
export type Texts = typeof dictionary;

/** What there is to say about one transport. */
export interface TransportTexts {
  readonly name: string;
  readonly explanation: string;
  /** What is going on while it is open. */
  readonly standing: string;
  /** How a message goes up while this transport carries. */
  readonly uplink: string;
}

/** What there is to say about one way in which the network blocks. */
export interface FaultTexts {
  readonly name: string;
  /** In a few words, for the ladder. */
  readonly rung: string;
  readonly does: string;
}

const NUMBERS: Readonly<Record<number, string>> = { 4: 'Four', 5: 'Five', 6: 'Six', 7: 'Seven', 8: 'Eight' };
