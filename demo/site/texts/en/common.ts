/** What all pages say, in English. */
export const dictionary = {
  language: { tag: 'en', name: 'English' },
  noScript: 'This page is a live demonstration and needs JavaScript.',
  brand: 'Pushgate',
  nav: { label: 'Site', docs: 'Documentation' },
  footer: {
    health: 'Health',
    metrics: 'Metrics',
  },
  sideways: 'Scroll sideways for more columns →',
  states: {
    idle: 'idle',
    connecting: 'connecting',
    open: 'open',
    waiting: 'waiting to reconnect',
    closed: 'closed',
    paused: 'paused while hidden',
  },
  ages: {
    seconds: (count: number) => `${count} s`,
    minutes: (count: number) => `${count} min`,
  },
  notDone: {
    away: 'The gateway cannot be asked for that. Is it still running?',
    refused: 'The demo’s server has refused that.',
    tooMuch: (seconds: number) => `Your address has asked for too much at once. Try again in ${seconds} s.`,
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
  /** How a message goes up while a transport carries of which nothing else is known. */
  byPost: 'sent by POST',
  plotMissing:
    'What draws the plot could not be loaded. The figures are on this page all the same; reload it to see them drawn.',
  otherTransport: 'A transport from the catalog.',
};

/** What there is to say about one transport. */
export interface TransportTexts {
  readonly name: string;
  readonly explanation: string;
  /** What is going on while it is open. */
  readonly standing: string;
  /** How a message goes up while this transport carries. */
  readonly uplink: string;
}

/** What there is to say about one page of the site. */
export interface PageTexts {
  /** In one or two words, for the navigation. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The link past the masthead, and the id of the element that it leads to. */
  readonly skip: { readonly to: string; readonly text: string };
  readonly footer: string;
}
