import type { FaultName } from '../../words/fault-name.js';

/** What the page says on which a visitor breaks the network, in English. */
export const dictionary = {
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
};

/** What there is to say about one way in which the network blocks. */
export interface FaultTexts {
  readonly name: string;
  /** In a few words, for the ladder. */
  readonly rung: string;
  readonly does: string;
}
