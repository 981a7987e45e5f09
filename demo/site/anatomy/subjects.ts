import type { Kind } from '../wire/mark.js';

/** What a page of the anatomy is about: the transports, simplest first, and two relatives. */
export const subjects = ['polling', 'long-polling', 'iframe', 'sse', 'websocket', 'mqtt', 'socket-io'] as const;

export type Subject = (typeof subjects)[number];

/** Whether there is a page about it. */
export function isSubject(name: string): name is Subject {
  return subjects.some((subject) => subject === name);
}

/**
 * What happens in a step: an arrow from the browser to the server (`up`) or back (`down`), one that stays open (`open`), or
 * somebody who waits, something that happens at the server, or a line that breaks.
 */
export type Act = 'up' | 'down' | 'open' | 'browser-waits' | 'server-waits' | 'event' | 'cut';

/** What is not a matter of language. */
export interface Anatomy {
  /** One for each step of the texts. */
  readonly acts: readonly Act[];
  /** What its bytes can mean, for the legend. */
  readonly kinds: readonly Kind[];
}

const HTTP: readonly Kind[] = ['request-line', 'status-line', 'header'];
const FRAMES: readonly Kind[] = ['frame', 'mask'];

export const anatomy: Readonly<Record<Subject, Anatomy>> = {
  polling: { acts: ['up', 'down', 'browser-waits', 'event', 'up', 'down'], kinds: [...HTTP, 'payload'] },
  'long-polling': {
    acts: ['up', 'server-waits', 'event', 'down', 'up', 'server-waits'],
    kinds: [...HTTP, 'payload'],
  },
  iframe: {
    acts: ['up', 'open', 'down', 'event', 'down', 'up'],
    kinds: [...HTTP, 'chunk', 'padding', 'script', 'payload'],
  },
  sse: { acts: ['up', 'open', 'event', 'down', 'cut', 'up'], kinds: [...HTTP, 'chunk', 'field', 'payload'] },
  websocket: { acts: ['up', 'open', 'event', 'down', 'up', 'down'], kinds: [...HTTP, ...FRAMES, 'payload'] },
  mqtt: {
    acts: ['up', 'open', 'up', 'down', 'up', 'down', 'event', 'down'],
    kinds: [...HTTP, ...FRAMES, 'packet', 'topic', 'payload'],
  },
  'socket-io': {
    acts: ['up', 'down', 'up', 'up', 'open', 'up', 'down', 'up', 'event', 'down'],
    kinds: [...HTTP, ...FRAMES, 'packet', 'payload'],
  },
};
