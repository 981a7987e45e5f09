import type { FaultName } from '../../words/fault-name.js';
import type { PageTexts } from './common.js';

/** What the page says on which a visitor breaks the network, in English. */
export const dictionary = {
  breakIdea: {
    heading: 'Break the network. See what arrives.',
    text: 'The client below is your own browser’s, and you can break the network between it and the gateway: for your connections only, nobody else’s. Cut it, block it, and where the site runs on your own machine, delay it, buffer it, take the gateway away. Every message has a number, so a loss would show.',
  },
  board: {
    lasting: 'The network, until you press again',
    now: 'At this moment',
    upgrades: 'Block upgrades',
    hole: 'Black-hole upgrades',
    buffer: 'Buffer streams',
    delay: 'Delay all by 2 s',
    cut: 'Cut now',
    repeat: 'Cut every',
    period: 'Seconds between two cuts',
    seconds: (seconds: number) => `${seconds} s`,
    sever: 'Go half-open',
    restart: 'Restart the gateway',
    /** Sentences one after the other. */
    inARow: (sentences: readonly string[]) => sentences.join(' '),
    /** What half-open is, and how long it goes unnoticed. */
    halfOpen: (heartbeat: number, grace: number) =>
      `Half-open: the line goes dead and neither end is told. The client notices in about ${heartbeat + grace} s: a heartbeat is due every ${heartbeat} s, and ${grace} s more are allowed.`,
    /** Of a gateway of the visitor’s own, which has a heartbeat of its own. */
    quick: (heartbeat: number) => `(${heartbeat} s is set for this page; 25 s is usual.)`,
    /** What a button has just done, and what to look at. */
    answers: {
      upgrades: {
        on: 'WebSocket does not get through any more; plain requests are left alone. Watch the client fall back to the best that is left, and look every few seconds whether WebSocket works again.',
        off: 'WebSocket gets through again. Nobody tells the client: watch it find out by itself at its next look.',
      },
      hole: {
        on: 'A request for a WebSocket is swallowed: no answer comes, and no error. Watch the attempt stay open until the client has waited long enough, while another transport carries.',
        off: 'WebSocket is answered again. Nobody tells the client: watch it find out by itself at its next look.',
      },
      buffer: {
        on: 'SSE and iframe streaming are held back until they end, which they never do. WebSocket does not notice: only where upgrades are blocked as well, the client goes down to long-polling.',
        off: 'Streams pass as they come again. Watch the client move up again, if one of them was the best that it could have.',
      },
      delay: {
        on: 'All connections were cut once, so that the new ones go through a slow network: all that comes from the gateway is 2 s late. Watch the latency rise to 2 s and more, with nothing lost and nothing repeated. That another transport may carry for a while is due to the cut.',
        off: 'The delay is gone, and the slow connections were cut. Watch the latency fall, and the client move up again where nothing else is blocked.',
      },
      cut: 'All connections were cut once. Watch the cross in the negotiation and the next hello; what was published meanwhile is read from the log, so lost stays 0.',
      repeat: {
        on: (seconds: number) =>
          `All connections are cut every ${seconds} s until you press again. Watch what carries change, and lost and repeated stay 0.`,
        off: 'Nothing is cut any more. Watch the client move up again to the best transport that gets through.',
      },
      allBlocked:
        'Every transport is blocked in some way already, and a delay leaves alone what is blocked: free one first.',
      nothingOpen:
        'Nothing was open at that moment: between two polls, or while nothing carries, there is no line to break. Press again.',
      sever:
        'The line went dead, and neither end was told. Watch the seconds count below the headline until the client gives it up.',
      restart:
        'Your gateway was closed and another one has taken its place, which has never heard of you. Watch what was published meanwhile come out of the log; lost stays 0.',
    },
    notes: {
      ownNode:
        'Restart: your client has a gateway of its own, a second node on the log of the site’s one. It is really closed, its port is shut for three seconds, and another one starts that has never heard of you. Only the log outlives it.',
      restarting:
        'Your gateway is closed, and nothing listens on its port. What is published meanwhile goes into the log.',
      shared: 'There is no gateway to spare that you could restart.',
      away: 'The demo’s server does not answer at the moment. Until it is back there is nothing to break, and the client goes on trying.',
      noServer:
        'The demo’s own server does not answer here. It publishes what the client listens to, and without it nothing can be broken.',
      direct:
        'There is no proxy between this page and the gateway: your connections can be reset and cut at the gateway’s sockets, and nothing else. To break more, start Pushgate on your own machine and open it there as http://localhost or http://127.0.0.1.',
    },
  },
  automatic: {
    heading: 'The automatic client',
    inside: 'What it does, and why',
    explanation:
      'It takes the best transport that proves itself. (WebSocket begins with an upgrade: a request that asks to make of its connection a socket.) Block the one it uses: its connections are cut, new ones come to nothing, and nobody tells the client. Free it, and the client finds out by itself: it looks every few seconds.',
    track: 'Arrivals in the last 20 seconds, in the colour of the transport that carried them',
    ladder: 'Transports, best first',
    block: (transport: string) => `Block ${transport}`,
    /** The same button, where all that it does is slow. */
    slow: (transport: string) => `Slow ${transport}`,
    rung: {
      carries: 'carries now',
      blocked: 'blocked by you',
      cut: 'blocked, cutting it',
      despite: 'carries all the same',
      blockedBy: (fault: string) => `blocked: ${fault}`,
      despiteOf: (fault: string) => `carries, though ${fault}`,
      slowed: (standing: string, fault: string) => `${standing}, ${fault}`,
      trying: 'being tried',
      failed: 'failed last time',
      waiting: 'waits for its turn',
      ready: 'not needed now',
    },
    network: { how: 'These buttons block by' },
    numbers: 'Message numbers that have arrived',
    numbersKey:
      'A cell for each message, with the last two digits of its number. Filled: it has arrived. Dashed: not yet. Struck through: lost. Double frame: it came twice.',
    newest: (number: string) => `The newest is number ${number}.`,
    numbersLabel:
      'The newest forty message numbers, each received, lost, repeated or not yet there; the counts stand above.',
    negotiation: 'The negotiation',
    negotiationKey:
      'Dashed: being tried. Dot: its hello, the first thing that the gateway sends, which proves that the way is open. Bar: it carries. Cross: it failed or was lost; why is written below, the last reason first.',
    negotiationLabel:
      'The last 30 seconds of the negotiation: for each transport when it was tried, proved, failed or lost. The list below it says the same in words.',
    arrivals: 'Messages and requests',
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
    severed: 'The line is dead, and nobody was told. The client still believes that the line is alive.',
    silent: (since: number, heartbeat: number, grace: number, left: number) =>
      `Silent for ${since} s. Something comes at least every ${heartbeat} s, and ${grace} s more are allowed: ${left > 0 ? `it gives up in ${left} s` : 'it gives up now'}.`,
    now: (transport: string) => `Carried by ${transport}`,
    nothing: 'Carried by nothing',
    nothingBecause:
      'It goes on trying. As long as the server is there, what is published meanwhile stays in its log and will be read from it.',
    beginning: 'Connecting for the first time.',
    closed: 'The gateway has refused it for good, and it does not try again. Reload the page to begin anew.',
    counters: {
      received: 'Received',
      lost: 'Lost',
      missing: 'Missing so far',
      repeated: 'Repeated',
      changes: 'Switches',
      latency: 'Latency',
      requests: 'Requests',
      down: 'Bytes down',
      up: 'Bytes up',
    },
  },
  trace: {
    heading: 'Step by step',
    key: 'A candidate is a transport that is tried beside others: the first to get its hello carries. Probed: while one carries, it was looked whether a better one works.',
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
  bare: {
    heading: 'The same network, without Pushgate',
    explanation:
      'What a browser has built in, as a beginner’s tutorial uses it: the same feed, sent to whoever is connected at that moment. It meets every fault that you choose above; a gateway that you restart serves it, too.',
    start: 'Run both beside it',
    sse: 'EventSource',
    websocket: 'WebSocket',
    numbersLabel: 'The newest forty message numbers, each received, lost or not yet there; the counts stand above.',
    deaf: (count: number) => `Missed so far: ${count}, and it still believes that its line is alive.`,
    away: (count: number) =>
      `Missed so far: ${count}. It cannot ask for them: what its next connection does not bring is lost.`,
    gone: (count: number) => `Missed so far: ${count}. It has given up, and will get none of them.`,
    states: {
      idle: 'not running',
      connecting: 'connecting',
      open: 'open, as far as it knows',
      waiting: 'waiting to reconnect',
      'given-up': 'given up for good',
    },
  },
};

/** The page itself. */
export const pages = {
  break: {
    name: 'Break it',
    title: 'Break it: what survives a bad network',
    description:
      'Block upgrades, buffer streams, cut the line, restart the gateway, and watch the automatic client fall back and return without losing a message, beside a plain EventSource and a plain WebSocket that do.',
    skip: { to: 'automatic', text: 'Skip to the client' },
    footer:
      'Lost and repeated go by the numbers that the server puts on its messages, and by the ids that the log gave. Bytes are counted at the gateway’s sockets, HTTP heads included.',
  },
} satisfies Readonly<Record<string, PageTexts>>;

/** What there is to say about one way in which the network blocks. */
export interface FaultTexts {
  readonly name: string;
  /** In a few words, for the ladder. */
  readonly rung: string;
  readonly does: string;
}
