import type {
  ConnectOptions,
  GapNotice,
  Json,
  Message,
  PublishOptions,
  PushClient,
  Subscription,
  TraceEntry,
} from '../../client/index.js';

/** What a client told its application, in order. */
export type Heard =
  | { readonly type: 'message'; readonly subscription: string; readonly message: Message }
  | { readonly type: 'gap'; readonly gap: GapNotice }
  | { readonly type: 'transport'; readonly from: string | null; readonly to: string; readonly reason: string }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** How an operation went. */
export type Outcome = { readonly result: Json } | { readonly code: string; readonly message: string };

/** Options that can travel into a page. */
export type DriverOptions = Omit<ConnectOptions, 'halves' | 'environment'>;

/**
 * A client at work in one place, driven from the tests: everything that goes in and out is JSON, because the place may
 * be a page in another process. A subscription is known by a name that the test gives it.
 */
export interface Driver {
  subscribe(name: string, channel: string, since: string): Promise<Outcome>;
  /** Resolves when the subscription is carried, or was refused. */
  ready(name: string): Promise<Outcome>;
  unsubscribe(name: string): Promise<void>;
  position(name: string): Promise<string>;
  publish(channel: string, data: Json, options: PublishOptions): Promise<Outcome>;
  call(method: string, params: Json): Promise<Outcome>;
  /** What was heard, from the so-manieth on. */
  heard(from: number): Promise<readonly Heard[]>;
  transport(): Promise<string | null>;
  state(): Promise<string>;
  trace(): Promise<readonly TraceEntry[]>;
  close(): Promise<void>;
}

/** Drives a client in the place where this runs, be it Node or a page. */
export function drive(push: PushClient): Driver {
  const heard: Heard[] = [];
  const subscriptions = new Map<string, Subscription>();
  const named = (name: string): Subscription => {
    const subscription = subscriptions.get(name);
    if (subscription === undefined) throw new Error(`There is no subscription "${name}".`);
    return subscription;
  };
  push.on('gap', (gap) => heard.push({ type: 'gap', gap }));
  push.on('transport', (change) => heard.push({ type: 'transport', ...change }));
  push.on('error', ({ code, message }) => heard.push({ type: 'error', code, message }));

  return {
    subscribe: (name, channel, since) =>
      outcome(() => {
        const take = (message: Message) => heard.push({ type: 'message', subscription: name, message });
        subscriptions.set(name, push.subscribe(channel, take, { since }));
        return null;
      }),
    ready: (name) => outcome(() => named(name).ready.then(() => null)),
    unsubscribe: async (name) => named(name).close(),
    position: async (name) => named(name).position,
    publish: (channel, data, options) => outcome(async () => (await push.publish(channel, data, options)).id),
    call: (method, params) => outcome(() => push.call(method, params)),
    heard: async (from) => heard.slice(from),
    transport: async () => push.transport,
    state: async () => push.state,
    trace: async () => push.trace,
    close: () => push.close(),
  };
}

async function outcome(act: () => Json | Promise<Json>): Promise<Outcome> {
  try {
    return { result: await act() };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { code: String(error.code), message: error.message };
    throw error;
  }
}
