import type { ClientTransport, CloseReason, Link } from '../../transports/client-transport.js';
import type { Environment, FetchAnswer, FetchLike, Timer, WakeReason } from '../../transports/environment.js';
import type { DownlinkRecord, Hello } from '../../transports/record.js';

/** An environment with a clock that only a test moves, and that knows what is still pending in it. */
export class FakeEnvironment implements Environment {
  readonly fetch: FetchLike;
  /** What `random` returns. */
  dice = 0.5;
  readonly #timers = new Map<Timer, { readonly at: number; readonly callback: () => void }>();
  readonly #wakers = new Set<(reason: WakeReason) => void>();
  /** The longest time that a timer was set to. */
  longestMs = 0;
  #now = 1_000;
  #requests = 0;

  constructor(fetch: FetchLike = () => Promise.reject(new TypeError('no network'))) {
    this.fetch = async (url, init) => {
      this.#requests += 1;
      try {
        return await fetch(url, init);
      } finally {
        this.#requests -= 1;
      }
    };
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): Timer {
    // A real handle, cleared at once, because nothing else is of its type.
    const timer = globalThis.setTimeout(() => {}, 0);
    globalThis.clearTimeout(timer);
    this.longestMs = Math.max(this.longestMs, ms);
    this.#timers.set(timer, { at: this.#now + ms, callback });
    return timer;
  }

  clearTimeout(timer: Timer): void {
    this.#timers.delete(timer);
  }

  random(): number {
    return this.dice;
  }

  onWake(listener: (reason: WakeReason) => void): () => void {
    this.#wakers.add(listener);
    return () => void this.#wakers.delete(listener);
  }

  wake(reason: WakeReason): void {
    for (const waker of this.#wakers) waker(reason);
  }

  /** Timers, listeners and requests that have not come to their end. */
  get leftovers(): { readonly timers: number; readonly listeners: number; readonly requests: number } {
    return { timers: this.#timers.size, listeners: this.#wakers.size, requests: this.#requests };
  }

  /** Lets time pass, firing timers in order, with the promises that they settle. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next.timer);
      next.callback();
      await settled();
    }
    this.#now = end;
  }

  /** Lets time pass without any timer firing, as for a laptop that sleeps; they fire late afterwards. */
  sleep(ms: number): void {
    this.#now += ms;
  }

  #due(end: number): { readonly timer: Timer; readonly at: number; readonly callback: () => void } | undefined {
    const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
    return due[0] && { timer: due[0][0], ...due[0][1] };
  }
}

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** An answer to a request. */
export function answer(status: number, body: unknown): FetchAnswer {
  return { ok: status < 400, status, text: async () => JSON.stringify(body) };
}

/** A client half in the hands of a test: it opens nothing, and the test says what arrives. */
export class FakeHalf implements ClientTransport {
  readonly name: string;
  readonly links: { readonly link: Link; readonly query: URLSearchParams; isOpen: boolean; readonly sent: string[] }[] =
    [];
  readonly #goesBothWays: boolean;
  /** Why it does not work here. */
  lack: string | null = null;

  constructor(name: string, { goesBothWays = false } = {}) {
    this.name = name;
    this.#goesBothWays = goesBothWays;
  }

  missing(): string | null {
    return this.lack;
  }

  open(link: Link) {
    const address = this.#goesBothWays ? link.shortAddress() : link.address();
    const opened = { link, query: new URL(address).searchParams, isOpen: true, sent: [] as string[] };
    this.links.push(opened);
    return {
      ...(this.#goesBothWays ? { send: (frame: string) => void opened.sent.push(frame) } : {}),
      close: () => {
        opened.isOpen = false;
      },
    };
  }

  get last() {
    const last = this.links.at(-1);
    if (last === undefined) throw new Error(`${this.name} was not opened`);
    return last;
  }

  get openCount(): number {
    return this.links.filter(({ isOpen }) => isOpen).length;
  }

  /** The last connection ends. */
  fail(reason: CloseReason = { detail: 'reset' }): void {
    this.last.isOpen = false;
    this.last.link.closed(reason);
  }

  /** The last connection receives these. */
  receive(...records: DownlinkRecord[]): void {
    for (const record of records) this.last.link.record(record);
  }
}

export function hello(head = 'log.0', transports: readonly string[] = ['one', 'two', 'three']): Hello {
  return {
    type: 'hello',
    cursor: head,
    head,
    heartbeatMs: 25_000,
    limits: { messageBytes: 65_536, channels: 100 },
    transports,
  };
}
