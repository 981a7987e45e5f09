import { formatCursor } from '../transports/cursor.js';
import type { Position } from '../transports/position.js';
import type { Bye, ControlRecord } from '../transports/record.js';
import type { Flow, Sink } from '../transports/server-transport.js';
import type { WireFormat } from '../transports/wire-format.js';
import type { Audience, Member } from './audience.js';
import type { Page } from './bus/bus.js';
import { type DownlinkState, ENDED, GONE, isOver, READING } from './downlink-state.js';
import type { Carried } from './metrics.js';
import type { DownlinkRequest, NodeLog } from './node-log.js';
import { Offsets } from './offsets.js';
import { packetOf } from './packet.js';
import { toPushError } from './problem.js';
import type { Written } from './recent-packets.js';
import { commonOffset, startOf } from './start.js';

/** What is told of a downlink's end; each once. */
export interface Ending {
  /** Nothing is written any more. */
  readonly ended: (downlink: Downlink) => void;
  /** The connection is gone as well. */
  readonly gone: (downlink: Downlink) => void;
}

/** Hardly a connection ever has anybody waiting: all share this. */
const NOBODY: readonly (() => void)[] = [];

/** A page of more bytes is read for each: packets are kept by their number. */
const SHARED_BYTES = 64 * 1024;

const BEGUN = Promise.resolve();

const STALLED: Bye = { type: 'bye', reason: 'the reader took nothing for too long', retryMs: 0 };

/**
 * One connection's way through the log: its positions, and whether its socket has room. It keeps no messages.
 *
 * It reads pages from its positions until it has reached the end, and then joins an audience. When the socket is
 * full it leaves with its position, and reads on from there once the socket has drained.
 */
export class Downlink implements Flow, Member, Carried {
  readonly client: string | null;
  messages = 0;
  gaps = 0;
  hasStalled = false;

  /** Exact while it is not live. */
  readonly #offsets = new Offsets();
  #state: DownlinkState = READING;
  /** The one that its channels lead to, once that is known. */
  #audience: Audience | null = null;
  /** What the audience may still hold for others, but this one has read by itself. */
  #skipUpTo = 0;
  #lastWrite = performance.now();
  #greeted: boolean;
  /** Where a single answer starts on all its channels, until its first page was read: what is in the next ones is not all. */
  #from: number | null = null;
  /** The time of a single answer is up: it goes out as soon as the log has been read. */
  #due = false;
  #beginning = false;
  #reading = false;
  /** What waits for the hello, or for room to be answered in. */
  #waiting: readonly (() => void)[] = NOBODY;
  #begun: Promise<void>;

  constructor(
    private readonly log: NodeLog,
    request: DownlinkRequest,
    private readonly sink: Sink<unknown>,
    private readonly ending: Ending,
    private readonly ended: () => void,
  ) {
    this.client = request.client;
    this.#greeted = sink.single === true;
    this.#begun = this.#beginAtOnce(request.channels) ? BEGUN : this.#begin(request.channels);
  }

  get isFull(): boolean {
    return this.#state.at === 'full';
  }

  get skipUpTo(): number {
    return this.#skipUpTo;
  }

  /** The channels that it carries. */
  get channels(): readonly string[] {
    return [...this.#offsets.keys()];
  }

  drained(): void {
    if (this.#state.at !== 'full') return;
    this.#state = READING;
    this.#goOn();
    void this.#read();
  }

  closed(): void {
    if (this.#state.at === 'gone') return;
    const wasOver = isOver(this.#state);
    this.#leave(GONE);
    this.ending.gone(this);
    if (!wasOver) this.ended();
  }

  /**
   * Begins anew with one more packet for the same sink, of the same channels from other positions: one that polls would else
   * have a downlink made for each answer. Returns `false` where it is another sink, or something is still under way.
   */
  again({ channels, client }: DownlinkRequest, sink: Sink<unknown>): boolean {
    if (sink !== this.sink || sink.single !== true || client !== this.client) return false;
    if (this.#state.at !== 'gone' || this.#beginning || this.#reading) return false;
    this.#state = READING;
    this.messages = 0;
    this.gaps = 0;
    this.#skipUpTo = 0;
    this.#from = null;
    this.#due = false;
    // What was to be said with a page that never came.
    this.#offsets.takeStart();
    this.#begun = this.#beginAtOnce(channels) ? BEGUN : this.#begin(channels);
    return true;
  }

  flush(): void {
    this.log.flush();
    this.#due = this.#state.at === 'reading';
    if (this.#state.at !== 'live') return;
    const cursor = this.#cursor(this.#liveUpTo());
    this.#put(() => this.sink.format.packet({ controls: [], messages: [], cursor }), 0);
  }

  /** Resolves when the hello is written, before which nothing is answered; or when there will be none any more. */
  async greeted(): Promise<void> {
    while (!(this.#greeted || isOver(this.#state))) await this.#wait();
  }

  /** Ends the connection from this side. */
  end(bye: Bye): void {
    if (isOver(this.#state)) return;
    this.#stop();
    try {
      this.sink.end(bye);
    } catch (error) {
      this.log.options.failed(error);
      // A half that cannot end its connection will not say either when it is gone.
      this.closed();
    }
  }

  /**
   * Adds channels, each from its position, and writes the answer in the right place: after everything that was sent
   * without these channels, before anything of them.
   */
  async subscribe(channels: ReadonlyMap<string, Position>, answer: (head: string) => ControlRecord): Promise<void> {
    await this.#begun;
    const start = startOf(channels, this.log.bus.epoch, await this.log.bus.head());
    await this.#change(() => {
      this.#offsets.begin(start);
      return answer(this.#cursor(start.head));
    });
  }

  /** Takes channels away. */
  async unsubscribe(channels: readonly string[], answer: () => ControlRecord): Promise<void> {
    await this.#begun;
    await this.#change(() => {
      this.#offsets.leave(channels);
      return answer();
    });
  }

  deliver(make: () => unknown, messages: number, now: number): void {
    if (this.#put(make, messages, now)) return;
    this.#stopLive();
    this.#fill();
  }

  /** Keeps a quiet stream alive, and closes one that takes nothing for too long. */
  beat(now: number, period: number, heartbeat: (format: WireFormat<unknown>) => unknown): void {
    if (this.sink.single === true) return;
    const { heartbeatMs, stalledMs } = this.log.options;
    if (this.#state.at === 'full') {
      // Slow is not stalled: a large packet on a thin line may take its time, as long as it moves.
      if (this.sink.taken?.() !== this.#state.taken) this.#fill();
      else if (now - this.#state.since > stalledMs) {
        this.hasStalled = true;
        this.end(STALLED);
      }
    } else if (this.#state.at === 'live' && now - this.#lastWrite >= heartbeatMs - period) {
      this.deliver(() => heartbeat(this.sink.format), 0, now);
    }
  }

  /**
   * Begins an answer of one packet without reading, where it is known what there is from its position on: nothing, so that it
   * waits for the next message, or what somebody else was given a moment ago.
   */
  #beginAtOnce(channels: ReadonlyMap<string, Position>): boolean {
    const { log, sink } = this;
    if (sink.single !== true) return false;
    const from = commonOffset(channels, log.bus.epoch, log.seen);
    if (from === null) return false;
    this.#offsets.resume(channels.keys(), from);
    if (log.isQuiet(channels, from)) {
      this.#join(log.seen);
      return this.#state.at === 'live';
    }
    const known = log.answers.find(sink.format, channels.keys(), from, performance.now());
    if (known === null) {
      this.#from = from;
      return false;
    }
    // The half is not done with opening yet. Not `queueMicrotask`, which makes an async resource of each call.
    void BEGUN.then(() => {
      if (this.#state.at === 'reading') this.#put(() => known.packet, known.messages);
    });
    return true;
  }

  async #begin(channels: ReadonlyMap<string, Position>): Promise<void> {
    this.#beginning = true;
    try {
      await this.log.ready();
      this.#offsets.begin(startOf(channels, this.log.bus.epoch, await this.log.bus.head()));
    } catch (error) {
      this.#fail(error, 'the log could not be read');
      return;
    } finally {
      this.#beginning = false;
    }
    await this.#read();
  }

  /** Reads until there is nothing left, no room, or nobody; one reader at a time. */
  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      for (let wasAtEnd = false; this.#state.at === 'reading'; ) {
        const { edition } = this.#offsets;
        const asking = { heads: this.#offsets.heads, wasAtEnd, isWhole: this.sink.single === true };
        const page = await this.log.page(this.#offsets, asking);
        if (edition === this.#offsets.edition && this.#state.at === 'reading') wasAtEnd = this.#take(page);
      }
    } catch (error) {
      this.#fail(error, 'the log could not be read');
    } finally {
      this.#reading = false;
    }
  }

  /** Writes a page and moves on; returns whether it reached the end of the log. */
  #take(page: Page): boolean {
    const room = this.#writePage(page);
    this.#offsets.pass(page);
    if (isOver(this.#state)) return false;
    if (!room) {
      this.#fill();
      return false;
    }
    // A channel may start further on than the page got with the others; live, it would be given what lies before.
    if (page.upTo < this.#offsets.highest) return false;
    if (page.entries.length > 0 && page.upTo < this.log.seen) return false;
    this.#join(page.upTo);
    return true;
  }

  /** Goes live, if nothing is missing between the position and what the audiences have been given. */
  #join(upTo: number): void {
    this.#audience ??= this.log.audience(this.#offsets.keys(), this.sink.format);
    const audience = this.log.join(this, upTo, this.#audience);
    if (audience === null) return;
    this.#audience = audience;
    this.#skipUpTo = upTo;
    this.#state = { at: 'live', audience };
    if (this.#due) this.flush();
  }

  /** Writes a page with what has to be said before it; returns whether there is room for more. */
  #writePage(page: Page): boolean {
    const from = this.#from;
    this.#from = null;
    const start = this.#offsets.takeStart();
    const hello = !this.#greeted && start !== null;
    if (hello) this.#greeted = true;
    const packet = packetOf(this.log, this.sink.format, this.client, page, start, hello);
    if (packet === null) return true;
    this.gaps += packet.gaps;
    if (from !== null) this.#share(from, page, packet);
    const room = this.#put(() => packet.packet, packet.messages);
    if (hello) this.#goOn();
    return room;
  }

  /** Keeps the packet of the first page after `from` for others, if it is what all of them would be given. */
  #share(from: number, page: Page, packet: Written<unknown>): void {
    if (packet.gaps > 0 || page.upTo !== this.log.seen) return;
    if (page.entries.some(({ except }) => except !== undefined)) return;
    if (page.entries.reduce((sum, { bytes }) => sum + bytes, 0) > SHARED_BYTES) return;
    this.log.answers.keep(this.sink.format, this.#offsets.keys(), from, packet, performance.now());
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = [...this.#waiting, resolve];
    });
  }

  #goOn(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting = NOBODY;
  }

  /** Changes the channels between two pages, and says so on the wire as soon as there is room. */
  async #change(change: () => ControlRecord): Promise<void> {
    // What the audience still had for this one may fill the socket.
    for (this.#stopLive(); this.isFull; this.#stopLive()) {
      await this.#wait();
    }
    if (isOver(this.#state)) return;
    const cursor = this.#cursor(this.log.seen);
    const answer = change();
    this.#audience = null;
    const room = this.#put(() => this.sink.format.packet({ controls: [answer], messages: [], cursor }), 0);
    if (this.#state.at !== 'reading') return;
    if (room) void this.#read();
    else this.#fill();
  }

  /**
   * Writes a packet; returns whether there is room for more. A half or a format that throws ends its own connection:
   * the others of the audience have nothing to do with it.
   */
  #put(make: () => unknown, messages: number, now = performance.now()): boolean {
    try {
      const packet = make();
      this.#lastWrite = now;
      this.messages += messages;
      return this.sink.write(packet);
    } catch (error) {
      this.#fail(error, 'the connection could not be written to');
      return false;
    }
  }

  #fill(): void {
    if (!isOver(this.#state)) this.#state = { at: 'full', since: performance.now(), taken: this.sink.taken?.() };
  }

  /** Nothing is written from now on. */
  #stop(): void {
    if (isOver(this.#state)) return;
    this.#leave(ENDED);
    this.ending.ended(this);
    this.ended();
  }

  #leave(state: DownlinkState): void {
    if (this.#state.at === 'live') this.log.leave(this, this.#state.audience);
    this.#state = state;
    this.#goOn();
  }

  /** Leaves the audience, with the position that it has reached. */
  #stopLive(): void {
    this.log.flush();
    if (this.#state.at !== 'live') return;
    this.log.leave(this, this.#state.audience);
    this.#offsets.raise(this.#liveUpTo());
    this.#state = READING;
  }

  #liveUpTo(): number {
    return Math.max(this.#skipUpTo, this.log.seen);
  }

  #cursor(offset: number): string {
    return formatCursor(this.log.bus.epoch, offset);
  }

  #fail(error: unknown, reason: string): void {
    // What says itself that it is not there was reported where that was found out.
    if (toPushError(error).code !== 'UNAVAILABLE') this.log.options.failed(error);
    this.end({ type: 'bye', reason, retryMs: 1_000 });
  }
}
