import type { ErrorCode } from '../../../client/index.js';

/** What clients, gateways and browsers say as it stands here, in English, without a full stop at its end. */
export const PHRASES = [
  // Why the client does something.
  'a candidate',
  'the first to be proved',
  'renewed',
  'time to look',
  'trying again',
  'asked anew',
  'asked for something else',
  'the channels have changed',
  'no subscription is left',
  'the application closed it',
  'no transport could be proved',
  'woken up: online',
  'woken up: visible',
  'woken up: restored',
  // What has ended a connection, or kept it from being opened.
  'the socket was closed',
  'the stream ended',
  'the document ended',
  'the document brought nothing',
  'the request was refused',
  'the answer is not a poll answer',
  'this fetch cannot stream',
  'requests get through, but no upgrade',
  'other pages hold the connections that the browser has for this host',
  'There is no WebSocket here',
  'There is no page here',
  'This page cannot hold a frame',
  // What the gateway says goodbye with, and refuses with.
  'renew',
  'expired',
  'the gateway is closing',
  'another client of the same user or address has come',
  'the client has opened too many newer connections',
  'the reader took nothing for too long',
  'The gateway is closing; come back in a moment',
  'The bus is not there; come back in a moment',
  'The client was closed before the operation was done',
  // What browsers say of a request that came to nothing: Chromium, Firefox, Safari, and of an answer that broke off.
  'Failed to fetch',
  'NetworkError when attempting to fetch resource',
  'Load failed',
  'network error',
  'Error in input stream',
  // What the small applications refuse with.
  'Enough answers are being written. Let one of them come to its end',
  'Enough reminders are waiting. Let one of them come first',
  'Enough benchmarks are running. Try again when one of them is over',
  'It is too late to take this back: that is possible for two minutes',
  'Only who said it can take it back',
  'This code has been used, or its time is over. Show a new one',
  'Nothing has been confirmed here, or it has been collected already',
  'This room is full',
  'Enough people are here from your address. One may come when another one has gone',
  'There are as many rooms as there can be. Take one that is there',
] as const;

/** One of what is said word for word. */
export type Phrase = (typeof PHRASES)[number];

/** What is said of reasons in a language that is not the client's own. */
export interface ReasonTexts {
  readonly phrases: Readonly<Record<Phrase, string>>;
  /** By the code of a refusal, where its own words are not known. */
  readonly codes: Readonly<Record<ErrorCode, string>>;
  readonly seconds: (count: number) => string;
  readonly hello: (time: string) => string;
  readonly noHello: (time: string) => string;
  readonly noToken: (time: string) => string;
  readonly silent: (time: string) => string;
  readonly noAnswer: (time: string) => string;
  readonly tooOften: (time: string) => string;
  readonly proved: (transport: string) => string;
  readonly lost: (transport: string) => string;
  readonly better: (transport: string, than: string) => string;
  readonly from: (transport: string, why: string) => string;
  readonly lostBecause: (transport: string, why: string) => string;
  readonly failedBecause: (transport: string, why: string) => string;
  readonly goodbye: (why: string) => string;
  readonly ended: (why: string) => string;
  readonly notOpened: (why: string) => string;
  readonly notLoaded: (why: string) => string;
  readonly withoutToken: (why: string) => string;
  readonly http: (status: string) => string;
  readonly withStatus: (why: string, status: string) => string;
}
