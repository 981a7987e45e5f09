import {
  type ClientState,
  type ConnectOptions,
  connect,
  type Message,
  type PushClient,
  type Subscription,
} from '../../../client/index.js';
import { type Arrival, Arrivals } from '../feed/arrivals.js';
import { type ChatLine, readChatLine } from '../feed/chat-message.js';
import type { Feed, Step } from '../feed/feed.js';
import { Latencies } from '../feed/latencies.js';
import type { Race } from '../feed/race.js';
import type { ServerClock } from '../feed/server-clock.js';
import { Spending } from '../feed/spending.js';
import { Tally } from '../feed/tally.js';
import { WireLog } from '../feed/wire-log.js';
import { randomName } from '../page/random-name.js';
import { LANE_PARAMETER } from '../words/lane-name.js';
import { CHAT_CHANNEL, type MachineFigures } from '../words/machine-figures.js';
import type { Report } from '../words/report.js';
import { watchedEnvironment } from './watched-environment.js';

/** What all lanes of a page have in common. */
export interface Course {
  /** The gateway's base path. */
  readonly path: string;
  readonly clock: ServerClock;
  readonly race: Race;
  readonly feed: Feed;
  /**
   * Since when somebody looks at the page, by the server's clock: browsers let the timers of others be late, which is none of a
   * transport's. @default always
   */
  readonly seenSince?: () => number;
}

/** What a lane is doing: what its client does, or nothing because nobody looks. */
export type LaneState = ClientState | 'paused';

/** A chat line with how far behind the quickest lane it was here, in milliseconds. */
export interface LaneLine extends ChatLine {
  readonly behindMs: number;
}

/** What a lane may be told when it is made. */
export interface LaneOptions {
  /** Whether it waits to be told where to connect; otherwise it goes straight to the gateway. @default false */
  readonly isHeld?: boolean;
  /** Whether it goes on after a pause from where it was; otherwise from what is published then. @default false */
  readonly keepsPlace?: boolean;
  /** Gets every client that the lane makes, before anything has happened to it. */
  readonly started?: (push: PushClient) => void;
  /** Gets every message of the feed that has been counted. */
  readonly taken?: (step: Step) => void;
}

const LINES = 2;

/** By how much figures may be ahead of the clock, or older than the ones before them, in milliseconds. */
const SLACK_MS = 2_000;

/** One client on the page, subscribed to a feed and to the chat, and what it has experienced. */
export class Lane {
  /** What the demo's server knows this lane by. Nobody can guess it, so nobody else can block it. */
  readonly id = randomName();
  readonly tally: Tally;
  readonly latencies: Latencies;
  readonly arrivals = new Arrivals();
  /** The cost, as the server counts it. */
  readonly spending = new Spending();
  /** What it has on the wire. */
  readonly wire: WireLog;
  /** The last message of the feed, and the last chat lines, oldest first. */
  latest: Step | MachineFigures | null = null;
  lines: readonly LaneLine[] = [];
  /** Chat lines that have come. */
  others = 0;
  /** How often its client has come to be open. */
  openings = 0;
  #latestAt = 0;
  /** The reports that were asked for, and the last one that was taken. */
  #asked = 0;
  #told = 0;
  readonly #course: Course;
  readonly #started: (push: PushClient) => void;
  readonly #taken: (step: Step) => void;
  #options: ConnectOptions;
  /** Where the gateway is for this lane; `null` until that is known. */
  #address: string | null;
  #isPaused = true;
  readonly #keepsPlace: boolean;
  /** Where its subscriptions were when it was last stopped, by channel. */
  #positions: ReadonlyMap<string, Subscription['position']> = new Map();
  #open: { readonly push: PushClient; readonly subscriptions: readonly Subscription[] } | null = null;

  constructor(
    course: Course,
    options: ConnectOptions,
    { isHeld = false, keepsPlace = false, started = () => {}, taken = () => {} }: LaneOptions = {},
  ) {
    this.#course = course;
    this.tally = new Tally(course.feed.everyMs);
    this.latencies = new Latencies(course.clock);
    this.wire = new WireLog(() => course.clock.now());
    this.#options = { ...options, environment: watchedEnvironment(this.wire) };
    this.#address = isHeld ? null : course.path;
    this.#keepsPlace = keepsPlace;
    this.#started = started;
    this.#taken = taken;
  }

  /** The client; `null` while the lane is paused, and while it is not known where to connect. */
  get push(): PushClient | null {
    return this.#open?.push ?? null;
  }

  get state(): LaneState {
    return this.push?.state ?? (this.#isPaused ? 'paused' : 'idle');
  }

  /** Connects, unless it is connected. */
  start(): void {
    this.#isPaused = false;
    this.#start();
  }

  /** Closes the client and gives its connections back. */
  pause(): void {
    this.#isPaused = true;
    this.#stop();
    if (!this.#keepsPlace) this.leavePlace();
  }

  /** Goes on from what is published when it is started next; what happens until then is not counted as lost. */
  leavePlace(): void {
    this.#positions = new Map();
    this.tally.pause();
  }

  /** Goes on with other options from where it is: a new client, and the cursors of the old one. */
  change(options: ConnectOptions): void {
    this.#options = { ...this.#options, ...options };
    this.#renew();
  }

  /** Goes on at another address of the gateway, in the same way. */
  connectAt(address: string): void {
    if (address === this.#address) return;
    this.#address = address;
    this.#renew();
  }

  /** Call when the demo's server is asked what it knows about the lane, and what this returns with its answer. */
  expectReport(): (report: Report) => void {
    const wasOpen = this.state === 'open';
    const before = this.tally.received;
    const asked = this.others;
    const turn = ++this.#asked;
    return ({ run, lanes }) => {
      const report = lanes[this.id];
      // One that was overtaken by the next would look like a server that counts anew.
      if (report === undefined || turn < this.#told) return;
      this.#told = turn;
      const slack = (this.tally.received - before) / 2;
      const isOpen = wasOpen && this.state === 'open';
      const others = { asked, answered: this.others };
      this.spending.opening ??= report.opening;
      this.spending.take(run, report.cost, { messages: before + slack, slack, isOpen, others });
    };
  }

  #renew(): void {
    this.#stop();
    if (!this.#isPaused) this.#start();
  }

  #start(): void {
    if (this.#open !== null || this.#address === null) return;
    const push = connect(`${this.#address}?${LANE_PARAMETER}=${this.id}`, this.#options);
    this.#started(push);
    push.on('state', ({ from, to }) => {
      if (from === 'open') this.spending.leave();
      if (to === 'open') this.openings += 1;
    });
    const { channel } = this.#course.feed;
    const from = (channel: string) => ({ since: this.#positions.get(channel) ?? 'now' });
    this.#open = {
      push,
      subscriptions: [
        push.subscribe(channel, (message: Message) => this.#takeStep(message), from(channel)),
        push.subscribe(CHAT_CHANNEL, (message: Message) => this.#takeLine(message), from(CHAT_CHANNEL)),
      ],
    };
  }

  #stop(): void {
    if (this.#open === null) return;
    this.#positions = new Map(this.#open.subscriptions.map(({ channel, position }) => [channel, position]));
    void this.#open.push.close();
    this.#open = null;
  }

  #takeStep({ id, data }: Message): void {
    const { clock, feed } = this.#course;
    const step = feed.read(data);
    const arrivedAt = clock.now();
    if (step === null || !feed.runs.has(step.run)) return;
    if (clock.isAligned && step.at > arrivedAt + SLACK_MS) return;
    if (!this.tally.take(id, step)) return;
    this.#taken(step);
    if (step.run !== this.latest?.run) this.#latestAt = 0;
    this.latest = step;
    // What is read from the log after a long way round is old, and still each one is younger than the one before.
    if (!clock.isAligned || step.at < this.#latestAt - SLACK_MS) return;
    this.#latestAt = Math.max(this.#latestAt, step.at);
    if (step.at >= (this.#course.seenSince?.() ?? 0)) this.latencies.add(arrivedAt - step.at, arrivedAt);
    // By less than the clocks are known to, the quickest messages would arrive before they left.
    this.#arrive('feed', Math.min(step.at, arrivedAt), arrivedAt, step.number);
  }

  #takeLine({ id, data }: Message): void {
    const arrivedAt = this.#course.clock.now();
    const behindMs = this.#course.race.arrive(id, arrivedAt);
    this.others += 1;
    this.lines = [...this.lines, { ...readChatLine(data), behindMs }].slice(-LINES);
    this.#arrive('chat', null, arrivedAt, 0);
  }

  #arrive(kind: Arrival['kind'], publishedAt: number | null, arrivedAt: number, number: number): void {
    this.arrivals.add({ kind, publishedAt, arrivedAt, number, transport: this.push?.transport ?? '' });
  }
}
