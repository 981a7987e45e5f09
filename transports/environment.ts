/**
 * What a client half needs of the place it runs in, as narrow interfaces: a browser and Node both fit, and a test
 * can stand in for either. Everything that is missing there is `undefined`, which is how a half knows.
 */
export interface Environment {
  readonly fetch: FetchLike;
  readonly WebSocket?: WebSocketConstructor | undefined;
  /**
   * Opens a WebSocket whose handshake carries headers, which a browser's cannot. Goes before `WebSocket`. `heard` may be called
   * whenever bytes arrive, of which a browser says nothing before a frame is whole.
   */
  readonly openWebSocket?:
    | ((url: string, headers: Record<string, string>, heard: () => void) => WebSocketLike)
    | undefined;
  /** The built-in EventSource: no headers, and no answer when a status is wrong. */
  readonly EventSource?: EventSourceConstructor | undefined;
  /** Puts invisible frames into the page. */
  readonly frames?: Frames | undefined;
  /** The page's origin, where there is a page. */
  readonly origin?: string | undefined;
  /** Monotonic milliseconds. */
  now(): number;
  setTimeout(callback: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
  /** Uniform in [0, 1). */
  random(): number;
  /**
   * Takes one of the few connections that a browser has for a host, for all its pages together: six over HTTP/1.1. For a
   * transport that keeps one busy. Resolves with how to give it back, or with `null` when other pages have taken as many as
   * they may. Absent where there is no such bound.
   */
  readonly takeConnection?: ((address: string) => Promise<(() => void) | null>) | undefined;
  /** Calls back when there is a reason to wake up; returns how to stop that. */
  onWake(listener: (reason: WakeReason) => void): () => void;
}

/**
 * Why a client should look at once whether it is still connected: the network came back, the page can be seen again,
 * or it was restored from the back/forward cache, into which no connection goes alive.
 */
export type WakeReason = 'online' | 'visible' | 'restored';

/** A timer takes 31 bits of milliseconds; what is longer fires at once (WHATWG HTML, Node). */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A pending timer, as `Environment.setTimeout` returned it. */
export type Timer = ReturnType<typeof globalThis.setTimeout>;

/** The part of fetch (WHATWG) that the halves use. */
export type FetchLike = (
  url: string,
  init?: {
    method?: string;
    headers?: Record<string, string>;
    body?: string;
    signal?: AbortSignal;
    credentials?: 'include' | 'same-origin' | 'omit';
    cache?: 'no-store';
    keepalive?: boolean;
  },
) => Promise<FetchAnswer>;

/** The part of a fetch Response that the halves use. */
export interface FetchAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers?: { get(name: string): string | null };
  /** The bytes as they come, where fetch can stream. */
  readonly body?: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
}

/** The part of the WebSocket interface (WHATWG) that the halves use. */
export interface WebSocketLike {
  readonly readyState: number;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: { readonly message?: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** The part of the EventSource interface (WHATWG HTML, "server-sent events") that the halves use. */
export interface EventSourceLike {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: EventSourceEvent) => void): void;
  close(): void;
}

/** A message, or an error that has no data. */
export interface EventSourceEvent {
  readonly data?: unknown;
  readonly status?: number;
}

export type EventSourceConstructor = new (url: string, init?: { withCredentials?: boolean }) => EventSourceLike;

/** Invisible frames in a page, and what they post to it. */
export interface Frames {
  /** Loads a document in a frame; `receive` gets what exactly this frame posts from the document's origin. */
  open(url: string, receive: (data: unknown) => void, failed: () => void): { close(): void };
}
