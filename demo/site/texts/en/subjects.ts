import type { Subject } from '../../anatomy/subjects.js';
import type { PageTexts } from './common.js';
import { relatives } from './relatives.js';
import { streams } from './streams.js';

/** What there is to say about one technique. */
export interface SubjectTexts {
  readonly name: string;
  /** In two sentences, for who has never heard of it. */
  readonly lead: string;
  /** What is paid for it, with figures where there are some, and what it is the right one for. */
  readonly costs: string;
  readonly fits: string;
  /** What the other end is called in the diagram. */
  readonly server: string;
  /** In the diagram in a few words, and beside it in a sentence. */
  readonly steps: readonly { readonly label: string; readonly text: string }[];
  /** Where the bytes come from, if they are not the visitor's own. */
  readonly wire: string;
  /** What the code leaves out. */
  readonly note: string;
  readonly history: readonly string[];
  readonly quirks: readonly string[];
  readonly use: readonly string[];
  readonly avoid: readonly string[];
  readonly standard: readonly string[];
  readonly adds: readonly string[];
  readonly compare: readonly string[];
}

/** What a page on a transport of the catalog has no need of. */
const live = { server: 'Gateway', wire: 'live', adds: [], compare: [] };

const polls = {
  polling: {
    ...live,
    name: 'Polling',
    lead: 'The browser asks every few seconds, and the server answers at once with what there is. Most answers say that there is nothing.',
    costs:
      'A request and an answer each time that it asks, news or none: an empty answer has 283 bytes here, and a browser’s request some 600 more. A message is late by half the interval on average.',
    fits: 'An answer that comes once and may come a second late: signing in by QR code, waiting for a payment.',
    steps: [
      { label: 'GET, since 41', text: 'The browser asks what came after message 41, the last one that it has.' },
      {
        label: '200, nothing new',
        text: 'The server looks into its log and answers at once: nothing. The heads of a request and an answer were sent for that.',
      },
      {
        label: 'a pause',
        text: 'The browser waits for its interval to pass. A short one costs requests, a long one costs time.',
      },
      { label: 'a message', text: 'Message 42 is published. Nobody is told: it stays in the log until somebody asks.' },
      { label: 'GET, since 41', text: 'The interval is over and the browser asks again, with the same question.' },
      {
        label: '200, message 42',
        text: 'Now there is something. It is late by as much as was left of the interval: half of it on average.',
      },
    ],
    note: 'They leave out errors, a limit to what is kept, and who may ask.',
    history: [
      'It is as old as forms and links: a page that reloads itself by a refresh in its head. XMLHttpRequest, which came with Internet Explorer 5 in 1999, made it possible without a reload.',
      'RFC 6202 (2011) calls it short polling, and begins with what is wrong with it.',
    ],
    quirks: [
      'A poll that comes out of a cache looks like silence. Say “no-store” in the answer, and ask with “cache: no-store”.',
      'Browsers slow down the timers of pages that are not seen, to one a minute in the end. What was missed has to be asked for when the page is seen again.',
      'On a phone each poll wakes the radio, which stays awake for seconds after it.',
      'Many pages that were opened together ask together. Spread the intervals a little by chance.',
    ],
    use: [
      'The answer takes long anyway: waiting for a payment, for the scan of a QR code, for a build.',
      'Everything else is blocked: it works wherever HTTP does.',
      'A busy channel that may come late: many messages share the heads of one answer.',
    ],
    avoid: ['Messages have to be prompt, or there are few of them and many who wait.'],
    standard: [
      'Plain HTTP: RFC 9110 (semantics) and RFC 9112 (HTTP/1.1).',
      'RFC 6202, section 2, compares it with long-polling.',
    ],
  },
  'long-polling': {
    ...live,
    name: 'Long-polling',
    lead: 'The browser asks, and the server keeps the answer back until it has something to say. Then the browser asks again at once.',
    costs:
      'A request and an answer for each message, with some 800 bytes of heads; while nothing happens, one in 25 seconds. A request of every reader is always open.',
    fits: 'Rare messages that have to be prompt, in a network that knows nothing but plain HTTP.',
    steps: [
      {
        label: 'GET, since 41',
        text: 'The browser asks what came after message 41, and how long it is ready to wait.',
      },
      {
        label: 'the answer waits',
        text: 'There is nothing yet, so the server does not answer. The request stays open, and costs nothing but memory.',
      },
      { label: 'a message', text: 'Message 42 is published.' },
      {
        label: '200, message 42',
        text: 'The server answers the waiting request with it: as prompt as a stream, and for a proxy an ordinary answer.',
      },
      {
        label: 'GET, since 42',
        text: 'The browser asks again at once. The question says what has arrived, so that nothing published meanwhile is missed.',
      },
      {
        label: 'waits again',
        text: 'Without a message the server answers after 25 seconds with nothing, before anybody on the way loses patience.',
      },
    ],
    note: 'They leave out errors, a limit to what is kept, and who may ask.',
    history: [
      'It carried the chats of the 2000s: each waiting request is a message that has not happened yet. In 2006 Alex Russell gave it and streaming the common name Comet.',
      'RFC 6202 (2011) wrote down what had been learnt of it, with the time-outs that work.',
    ],
    quirks: [
      'Proxies and balancers cut requests that wait for too long, with no answer or with 408, 502 or 504. RFC 6202, section 5.5, takes 30 seconds for safe.',
      'Each waiting request takes one of the six connections that a browser opens to a host over HTTP/1.1.',
      'Servers with a thread for each request spend one on each who waits.',
      'With every message the whole head comes anew, cookies included.',
    ],
    use: [
      'Proxies or virus scanners hold back streams until they end: an answer with a length is complete, and passes.',
      'Messages are rare and have to be prompt, in a network that knows nothing but HTTP.',
    ],
    avoid: ['There are many messages a second: each answer costs a request, and the time until the next one is there.'],
    standard: [
      'RFC 6202, “Known Issues and Best Practices for the Use of Long Polling and Streaming in Bidirectional HTTP”.',
      'Plain HTTP below it: RFC 9110 and RFC 9112.',
    ],
  },
};

/** What there is to say about each technique, in English. */
export const dictionary: { readonly subjects: Readonly<Record<Subject, SubjectTexts>> } = {
  subjects: { ...polls, ...streams, ...relatives },
};

const captured = 'Bytes are captured at the gateway’s socket, for this page only, and forgotten after two minutes.';
const kept = 'Bytes are from a run that was captured once; a test repeats it.';

function page(name: string, description: string, footer = captured): PageTexts {
  return {
    name,
    title: `${name}, byte by byte · Pushgate`,
    description,
    skip: { to: 'how', text: 'Skip to the steps' },
    footer,
  };
}

/** The pages, one for each subject. */
export const pages = {
  'anatomy/polling': page(
    'Polling',
    'How short polling works and what each empty answer costs, shown on a live connection.',
  ),
  'anatomy/long-polling': page(
    'Long-polling',
    'How a request that waits for its answer works, shown on a live connection.',
  ),
  'anatomy/iframe': page(
    'Iframe streaming',
    'How the forever frame works: scripts in a document that never ends, shown live.',
  ),
  'anatomy/sse': page(
    'Server-sent events',
    'How EventSource and its stream work, field by field, shown on a live connection.',
  ),
  'anatomy/websocket': page(
    'WebSocket',
    'The handshake, the bits of a frame’s header and the mask, shown on a live connection.',
  ),
  'anatomy/mqtt': page('MQTT over WebSocket', 'What MQTT adds to a WebSocket, packet by packet.', kept),
  'anatomy/socket-io': page(
    'Socket.IO',
    'How Socket.IO connects, moves up to a WebSocket and acknowledges, packet by packet.',
    kept,
  ),
};
