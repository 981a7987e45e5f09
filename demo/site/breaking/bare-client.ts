import { readFigures } from '../feed/machine-message.js';
import { Numbers, type Place } from '../feed/numbers.js';
import { Tally } from '../feed/tally.js';
import { BARE_PATH } from '../words/bare-feed.js';
import { FEED_MS } from '../words/machine-figures.js';

/** What a browser has built in, used as a beginner's tutorial does. */
export type BareKind = 'sse' | 'websocket';

/** `given-up`: an EventSource that was refused does not try again. */
export type BareState = 'idle' | 'connecting' | 'open' | 'waiting' | 'given-up';

/** After so long a tutorial's WebSocket is opened again. */
const RECONNECT_MS = 1_000;

/** Something is published each second, and is two seconds late at most: after so long a line is dead. */
const DEAF_MS = 5_000;

/** Opens a connection; calls back what comes, and whenever its state is another one. Returns how to close it. */
type Open = (address: string, receive: (text: string) => void, tell: (state: BareState) => void) => () => void;

const OPENS: Readonly<Record<BareKind, Open>> = { sse: openSource, websocket: openSocket };

/**
 * A client without Pushgate, on the same feed: it takes what comes while it is connected, and connects again when it is not.
 */
export class BareClient {
  readonly kind: BareKind;
  state: BareState = 'idle';
  tally = new Tally(FEED_MS);
  numbers = new Numbers();
  readonly #runs: ReadonlySet<string>;
  /** When something last came, or it was begun or opened, by `performance.now()`. */
  #heardAt = 0;
  /** The first number that was published after it began; `null` where that is not known. */
  #expected: Place | null = null;
  /** How many it has lost that no number tells of: before the first that it got, or as the page left it. */
  #lostUnseen = 0;
  /** Whether anything has come since it began, and whether it had to connect again before. */
  #hasBegun = false;
  #hasFailed = false;
  /** Whether something has come, or nothing could have yet, since it was last cut off. */
  #isCurrent = true;
  #close: (() => void) | null = null;

  /** `runs` are the lives of the feed, as its server told them. */
  constructor(kind: BareKind, runs: ReadonlySet<string>) {
    this.kind = kind;
    this.#runs = runs;
  }

  get isRunning(): boolean {
    return this.#close !== null;
  }

  /** How many it has missed, as far as it can tell: of what it misses now it learns when it is connected again. */
  get lost(): number {
    return this.tally.lost + this.#lostUnseen;
  }

  /** Whether what is missing may just be on its way: it is connected, as far as it knows, and something has come not long ago. */
  get isAlive(): boolean {
    const isConnected = this.state === 'open' || (this.state === 'connecting' && !this.#hasFailed);
    return isConnected && performance.now() - this.#heardAt < DEAF_MS;
  }

  /** How many messages up to `head`, the newest that is known of, it does not know of. */
  behind(head: Place | null): number {
    if (!this.isRunning || head === null) return 0;
    if (this.#hasBegun) return head.number - this.numbers.lastOf(head.run);
    if (this.#expected === null) return 0;
    // Of a run that has begun since then it knows of none.
    return head.run === this.#expected.run ? head.number - this.#expected.number + 1 : head.number;
  }

  /**
   * Connects, and counts anew. `origin` is where the network is that the visitor breaks, or the site itself; `head` is the newest
   * number that is known of.
   */
  start(origin: string, query: string, head: Place | null): void {
    this.tally = new Tally(FEED_MS);
    this.#lostUnseen = 0;
    this.goOn(origin, query, head);
  }

  /** Connects, and keeps what it has counted: what was published since then up to `head` is nobody's loss. */
  goOn(origin: string, query: string, head: Place | null): void {
    this.stop();
    this.#expected = head === null ? null : { run: head.run, number: head.number + 1 };
    this.#hasBegun = false;
    this.#hasFailed = false;
    this.#isCurrent = true;
    this.#heardAt = performance.now();
    this.tally.pause();
    this.numbers = new Numbers(this.#expected);
    const tell = (state: BareState) => {
      this.state = state;
      if (state === 'open') this.#heardAt = performance.now();
      if (state !== 'waiting' && state !== 'given-up') return;
      this.#hasFailed = true;
      this.#isCurrent = false;
    };
    this.#close = OPENS[this.kind](`${origin}${BARE_PATH}/${this.kind}?${query}`, (text) => this.#take(text), tell);
  }

  /** Gives its connection back, and counts as lost what it was missing by then, up to `head`. */
  pause(head: Place | null): void {
    if (!this.isAlive || !this.#isCurrent) this.#lostUnseen += Math.max(0, this.behind(head));
    this.stop();
  }

  stop(): void {
    this.#close?.();
    this.#close = null;
    this.state = 'idle';
  }

  #take(text: string): void {
    const figures = readFigures(JSON.parse(text));
    if (figures === null || !this.#runs.has(figures.run)) return;
    // There is no log, and so no id; a number stands for one.
    if (!this.tally.take(`${figures.run}.${figures.number}`, figures)) return;
    this.#heardAt = performance.now();
    this.#isCurrent = true;
    if (!this.#hasBegun) this.#begin(figures);
    this.numbers.take(figures);
  }

  /** What was published while it connected, without being kept from it, is no loss. */
  #begin({ run, number }: Place): void {
    this.#hasBegun = true;
    if (!this.#hasFailed) this.numbers = new Numbers();
    else if (run === this.#expected?.run) this.#lostUnseen += Math.max(0, number - this.#expected.number);
  }
}

function openSource(address: string, receive: (text: string) => void, tell: (state: BareState) => void): () => void {
  tell('connecting');
  const source = new EventSource(address);
  source.onopen = () => tell('open');
  source.onmessage = ({ data }) => receive(data);
  // It connects again by itself, unless it was refused.
  source.onerror = () => tell(source.readyState === EventSource.CLOSED ? 'given-up' : 'waiting');
  return () => source.close();
}

function openSocket(address: string, receive: (text: string) => void, tell: (state: BareState) => void): () => void {
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    tell('connecting');
    socket = new WebSocket(address.replace(/^http/, 'ws'));
    socket.onopen = () => tell('open');
    socket.onmessage = ({ data }) => receive(data);
    socket.onclose = () => {
      tell('waiting');
      timer = setTimeout(open, RECONNECT_MS);
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    socket.onclose = null;
    socket.close();
  };
}
