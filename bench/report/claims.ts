import type { Technique } from '../result.js';
import { type Check, counted, figureOver, leastOf, notMeasured, ratioOf } from './checks.js';

/** Something that is usually said of a technique, and how the lab looks at it. */
export interface Claim {
  readonly side: 'for' | 'against';
  readonly claim: string;
  readonly check: Check;
}

const STEADY = ['fan-out'] as const;

/** The usual pros and cons. What only a browser or an operator could tell is listed all the same, as not measured. */
export const claims: readonly { readonly technique: Technique; readonly claims: readonly Claim[] }[] = [
  {
    technique: 'websocket',
    claims: [
      {
        side: 'for',
        claim: 'Adds the fewest bytes to a message',
        check: leastOf({ technique: 'websocket', scenarios: STEADY, figure: 'downBytesPerMessage' }),
      },
      {
        side: 'for',
        claim: 'Costs the server least for each message',
        check: leastOf({ technique: 'websocket', scenarios: STEADY, figure: 'cpuMicrosPerMessage' }),
      },
      {
        side: 'for',
        claim: 'Both ways on one socket: a call is answered sooner than by a request',
        check: ratioOf({
          of: 'websocket',
          to: 'sse',
          scenarios: ['call'],
          figure: 'p50Ms',
          holds: (ratio) => ratio < 1,
        }),
      },
      {
        side: 'against',
        claim: 'The handshake makes connecting dearer than a plain request',
        check: ratioOf({
          of: 'websocket',
          to: 'sse',
          scenarios: ['connecting', 'storm'],
          figure: 'cpuMicrosPerConnect',
          holds: (ratio) => ratio > 1,
        }),
      },
      {
        side: 'against',
        claim: 'Reconnecting and resuming are left to the application',
        check: notMeasured('the lab cuts nobody; the tests of the client do, over every transport'),
      },
      {
        side: 'against',
        claim: 'Some proxies and firewalls stop it',
        check: notMeasured('the lab has no foreign networks'),
      },
      {
        side: 'against',
        claim: 'One more protocol to operate',
        check: notMeasured('a matter of operation, not of cost'),
      },
    ],
  },
  {
    technique: 'sse',
    claims: [
      {
        side: 'for',
        claim: 'One response carries any number of messages',
        check: figureOver({
          technique: 'sse',
          scenarios: STEADY,
          figure: 'requestsPerMessage',
          holds: (value) => value < 0.05,
        }),
      },
      {
        side: 'for',
        claim: 'As prompt as a socket',
        check: ratioOf({
          of: 'sse',
          to: 'websocket',
          scenarios: ['rates', ...STEADY],
          figure: 'p50Ms',
          holds: (ratio) => ratio < 1.25,
        }),
      },
      {
        side: 'for',
        claim: 'Resumes by itself where it was cut',
        check: notMeasured('the lab cuts nobody; the tests of the gateway and of its client do'),
      },
      {
        side: 'against',
        claim: 'What goes up needs a request of its own, and waits longer',
        check: ratioOf({
          of: 'sse',
          to: 'websocket',
          scenarios: ['call'],
          figure: 'p50Ms',
          holds: (ratio) => ratio > 1,
        }),
      },
      { side: 'against', claim: 'Text only', check: notMeasured('the lab’s messages are JSON') },
      {
        side: 'against',
        claim: 'Six connections to a host under HTTP/1.1',
        check: notMeasured('a limit of browsers; the lab reads with bare sockets'),
      },
    ],
  },
  {
    technique: 'iframe',
    claims: [
      {
        side: 'for',
        claim: 'Prompt, without useless requests',
        check: ratioOf({
          of: 'iframe',
          to: 'websocket',
          scenarios: ['rates', ...STEADY],
          figure: 'p50Ms',
          holds: (ratio) => ratio < 1.25,
        }),
      },
      {
        side: 'against',
        claim: 'The markup around a message makes it larger than an event',
        check: ratioOf({
          of: 'iframe',
          to: 'sse',
          scenarios: STEADY,
          figure: 'downBytesPerMessage',
          holds: (ratio) => ratio > 1.02,
        }),
      },
      {
        side: 'against',
        claim: 'The open response weighs on the server',
        check: ratioOf({
          of: 'iframe',
          to: 'websocket',
          scenarios: ['idle'],
          figure: 'rssKiBPerConnection',
          holds: (ratio) => ratio > 1.25,
        }),
      },
      {
        side: 'against',
        claim: 'The page seems to load for ever; errors are clumsy',
        check: notMeasured('only a browser shows it'),
      },
    ],
  },
  {
    technique: 'long-polling',
    claims: [
      {
        side: 'for',
        claim: 'Nearly as prompt as push',
        check: ratioOf({
          of: 'long-polling',
          to: 'sse',
          scenarios: ['rates', ...STEADY],
          figure: 'p50Ms',
          holds: (ratio) => ratio < 1.5,
        }),
      },
      {
        side: 'for',
        claim: 'Hardly a request while there is nothing to say',
        check: figureOver({
          technique: 'long-polling',
          scenarios: ['idle'],
          figure: 'idleRequestsPerMinute',
          holds: (value) => value <= 6,
        }),
      },
      {
        side: 'against',
        claim: 'Every message costs a request',
        check: figureOver({
          technique: 'long-polling',
          scenarios: STEADY,
          figure: 'requestsPerMessage',
          holds: (value) => value > 0.9,
        }),
      },
      {
        side: 'against',
        claim: 'Dearer for the server than a stream',
        check: ratioOf({
          of: 'long-polling',
          to: 'sse',
          scenarios: STEADY,
          figure: 'cpuMicrosPerMessage',
          holds: (ratio) => ratio > 1.1,
        }),
      },
      {
        side: 'against',
        claim: 'Waiting requests hold more of the server than streams do',
        check: ratioOf({
          of: 'long-polling',
          to: 'sse',
          scenarios: ['idle'],
          figure: 'rssKiBPerConnection',
          holds: (ratio) => ratio > 1.1,
        }),
      },
      {
        side: 'against',
        claim: 'Order is hard to keep',
        check: counted({ technique: 'long-polling', wrong: 'disordered' }),
      },
    ],
  },
  {
    technique: 'polling',
    claims: [
      {
        side: 'for',
        claim: 'Holds nothing on the server between two requests',
        check: ratioOf({
          of: 'polling',
          to: 'websocket',
          scenarios: ['idle'],
          figure: 'rssKiBPerConnection',
          holds: (ratio) => ratio < 0.5,
        }),
      },
      {
        side: 'for',
        claim: 'Simple on both sides, and works everywhere',
        check: notMeasured('the lab has no foreign networks'),
      },
      {
        side: 'against',
        claim: 'Much later than a stream',
        check: ratioOf({
          of: 'polling',
          to: 'sse',
          scenarios: ['rates', ...STEADY],
          figure: 'p50Ms',
          holds: (ratio) => ratio > 5,
        }),
      },
      {
        side: 'against',
        claim: 'Asks again and again while there is nothing to say',
        check: figureOver({
          technique: 'polling',
          scenarios: ['idle'],
          figure: 'idleRequestsPerMinute',
          holds: (value) => value > 6,
        }),
      },
      {
        side: 'against',
        claim: 'Loads the server more than a stream does',
        check: ratioOf({
          of: 'polling',
          to: 'sse',
          scenarios: STEADY,
          figure: 'cpuMicrosPerMessage',
          holds: (ratio) => ratio > 1.1,
        }),
      },
    ],
  },
  {
    technique: 'mqtt',
    claims: [
      {
        side: 'for',
        claim: 'Light on the wire',
        check: ratioOf({
          of: 'mqtt',
          to: 'websocket',
          scenarios: STEADY,
          figure: 'downBytesPerMessage',
          holds: (ratio) => ratio <= 1,
        }),
      },
      {
        side: 'for',
        claim: 'Light on the server',
        check: ratioOf({
          of: 'mqtt',
          to: 'websocket',
          scenarios: STEADY,
          figure: 'cpuMicrosPerMessage',
          holds: (ratio) => ratio <= 1,
        }),
      },
      { side: 'against', claim: 'A broker to run', check: notMeasured('a matter of operation, not of cost') },
    ],
  },
];
