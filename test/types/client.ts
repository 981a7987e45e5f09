/*
 * What must not compile against the client. Nothing here runs: `tsc -b` fails where a line that is expected to be
 * refused is accepted, and where one that has to be accepted is refused.
 */
import type {
  ClientState,
  ClientTransport,
  ConnectOptions,
  GapNotice,
  Json,
  Message,
  PushClient,
  Subscription,
  TraceEntry,
} from '../../client/index.js';
import { connect, PushError } from '../../client/index.js';

declare const push: PushClient;

/** What an application of ours sends. */
interface Chat {
  readonly text: string;
}

export function options(): PushClient[] {
  const kept: ConnectOptions = { transports: ['sse', 'polling'] as const, pollMs: 500 };
  return [
    connect('/push'),
    connect('https://example.org/push', kept),
    connect('/push', { token: 'a token' }),
    connect('/push', { token: async () => 'a token' }),
    // @ts-expect-error a token is a text
    connect('/push', { token: () => 1 }),
    connect('/push', { headers: { Authorization: 'Bearer …' }, timeoutMs: 1_000 }),
    // @ts-expect-error an address is needed
    connect(),
    // @ts-expect-error an option that does not exist
    connect('/push', { transport: 'sse' }),
    // @ts-expect-error a list, best first
    connect('/push', { transports: 'sse' }),
    // @ts-expect-error a number is not a text
    connect('/push', { pollMs: '500' }),
    // @ts-expect-error an option is left out, not undefined
    connect('/push', { pollMs: undefined }),
    // @ts-expect-error a half is more than its name
    connect('/push', { halves: [{ name: 'own' }] }),
  ];
}

export function subscriptions(): unknown[] {
  const typed: Subscription<Chat> = push.subscribe<Chat>('chat', ({ data, id, channel }) => {
    const text: string = data.text;
    const all: readonly string[] = [text, id, channel];
    return void all;
  });
  const loose: Subscription = push.subscribe('chat');
  return [
    typed,
    loose,
    push.subscribe('chat', (message: Message) => void message.data, { since: 'earliest' }),
    push.subscribe('chat', { since: 'k3f9.1042' }),
    // @ts-expect-error a channel is a text
    push.subscribe(5),
    // @ts-expect-error a handler takes a message and nothing else
    push.subscribe('chat', (message: Message, more: string) => [message, more]),
    // @ts-expect-error a handler of something else
    push.subscribe('chat', (text: string) => text),
    // @ts-expect-error what is in `data` is JSON until it is said what it is
    push.subscribe('chat', ({ data }) => data.text),
    // @ts-expect-error an option that does not exist
    push.subscribe('chat', { from: 'earliest' }),
    // @ts-expect-error the options come last
    push.subscribe('chat', { since: 'now' }, () => undefined),
  ];
}

export async function loops(): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { data } of push.subscribe<Chat>('chat')) texts.push(data.text);
  // @ts-expect-error a subscription is read with `for await`
  for (const message of push.subscribe('chat')) texts.push(message);
  return texts;
}

export async function operations(): Promise<unknown[]> {
  const { id } = await push.publish('chat', { text: 'hi' }, { echo: false, key: 'k' });
  const answer: Json = await push.call('time', null, { timeoutMs: 5_000 });
  // @ts-expect-error an answer is JSON, and not what one hopes for
  const hoped: string = await push.call('time');
  // @ts-expect-error a function is no JSON
  await push.publish('chat', () => 'hi');
  // @ts-expect-error a date becomes a text: say so
  await push.publish('chat', { at: new Date() });
  // @ts-expect-error there has to be something to publish; null is something
  await push.publish('chat');
  // @ts-expect-error a call has no echo
  await push.call('time', null, { echo: false });
  return [id, answer, hoped];
}

export function events(): (() => void)[] {
  return [
    push.on('transport', ({ from, to, reason }: { from: string | null; to: string; reason: string }) => [
      from,
      to,
      reason,
    ]),
    push.on('state', ({ from, to }) => {
      const states: readonly ClientState[] = [from, to];
      return void states;
    }),
    push.on('gap', (notice: GapNotice) => void notice.channel),
    push.on('error', (error: PushError) => void error.code),
    push.on('trace', (entry: TraceEntry) => void entry.detail),
    // @ts-expect-error an event that does not exist
    push.on('message', () => undefined),
    // @ts-expect-error a listener of another event
    push.on('error', (notice: GapNotice) => notice),
  ];
}

export function properties(): void {
  const carried: string | null = push.transport;
  // @ts-expect-error nothing may carry at the moment
  const always: string = push.transport;
  // @ts-expect-error the client decides that
  push.transport = 'sse';
  // @ts-expect-error the trace is for reading
  push.trace.push({});
  return void [carried, always];
}

export const own: ClientTransport = {
  name: 'own',
  missing: ({ fetch }) => (typeof fetch === 'function' ? null : 'There is no fetch here.'),
  open(link) {
    link.record({ type: 'heartbeat' });
    // @ts-expect-error a record of a type that does not exist
    link.record({ type: 'greeting' });
    link.closed({ detail: 'over' });
    // @ts-expect-error an end has its reason
    link.closed();
    return { close: () => undefined };
  },
};

export const wrong: ClientTransport[] = [
  // @ts-expect-error a connection can be closed
  { name: 'own', missing: () => null, open: () => ({}) },
  // @ts-expect-error what is missing is said in words
  { name: 'own', missing: () => true, open: () => ({ close: () => undefined }) },
];

export const error: PushError = new PushError('MY_OWN', 'An application may have codes of its own.');
