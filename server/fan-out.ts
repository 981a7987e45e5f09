import { setTimeout as pause } from 'node:timers/promises';
import { formatCursor } from '../transports/cursor.js';
import { PushError } from '../transports/error.js';
import type { Bye } from '../transports/record.js';
import { roundMs } from '../transports/round-ms.js';
import type { Sink } from '../transports/server-transport.js';
import type { WireFormat } from '../transports/wire-format.js';
import type { Member } from './audience.js';
import { Audience } from './audience.js';
import type { Bus, Entry, Following, Page } from './bus/bus.js';
import { Downlink, type Ending } from './downlink.js';
import { drainSlots } from './drain-slots.js';
import { Encoder } from './encoder.js';
import { LatestOnly } from './latest-only.js';
import type { Asking, DownlinkRequest, FanOutOptions, NodeLog } from './node-log.js';
import { readOnce } from './packet.js';
import { ReadBudget } from './read-budget.js';
import { RecentPackets, type Written } from './recent-packets.js';
import { Tail } from './tail.js';
import { within } from './within.js';

/** What gathers within one turn of the event loop goes out early when it gets larger than this, in bytes. */
const TURN_BYTES = 256 * 1024;
/** A page of the log is about as much as a socket's buffer should ever be asked to take beyond its mark. */
const PAGE = { limit: 256, bytes: 256 * 1024 };
/** One that is a whole answer: what is not in it comes a round trip later, so that it is bounded by its bytes rather than by their number. */
const WHOLE_PAGE = { ...PAGE, limit: 1_024 };
/** So many messages are read from the log in one turn of the event loop; more waits for the next: who is live comes before. */
const READ_A_TURN = 2_048;
/** How long a bus that cannot be followed is left alone: the first time and the last, in milliseconds. */
const RETRY_MS = { first: 100, most: 5_000 };
/** How long a request waits for such a bus, in milliseconds. */
const READY_MS = 5_000;
/** How long connections may take to end when everything closes, in milliseconds. */
const CLOSE_MS = 2_000;

/**
 * Brings the log to the downlinks of this node.
 *
 * A downlink is either *live*, a member of the audience for its channels, or it *reads*, from its own position in
 * the log. It becomes live when it has read to the end, and reads again when its socket was full: nothing is ever
 * queued for it. Both hand-overs happen within one synchronous step, at a point where everything that this node
 * has seen of the log (`seen`) has been handed to the audiences. What is published in the middle of that, as by a
 * logger that is told of the end of a long-poll, is seen behind it.
 */
export class FanOut implements NodeLog {
  readonly #audiences = new Map<string, Audience>();
  readonly #byChannel = new Map<string, Set<Audience>>();
  readonly #waiting = new Set<Audience>();
  readonly #encoders = new WeakMap<WireFormat<unknown>, Encoder>();
  readonly #downlinks = new Set<Downlink>();
  /** Those that were told to end, and whose connection is still there. */
  readonly #leaving = new Set<Downlink>();
  readonly answers = new RecentPackets();
  readonly #latestOnly: LatestOnly;
  readonly #started: Promise<void>;
  readonly #closing = new AbortController();
  readonly #ending: Ending = {
    ended: (downlink) => {
      this.#downlinks.delete(downlink);
      this.#leaving.add(downlink);
    },
    gone: (downlink) => {
      this.#downlinks.delete(downlink);
      if (this.#leaving.delete(downlink) && this.#leaving.size === 0) this.#deserted();
    },
  };
  readonly #pulse: NodeJS.Timeout;
  #tail = new Tail(0);
  #following: Following | undefined;
  #turnBytes = 0;
  #turn: NodeJS.Immediate | undefined;
  #isFlushing = false;
  readonly #budget = new ReadBudget(READ_A_TURN);
  /** What was published while flushing. */
  readonly #meanwhile: Entry[] = [];
  /** What is said to everybody, once everything is closing. */
  #bye: (() => Bye) | undefined;
  /** Told when the last one is gone. */
  #deserted: () => void = () => undefined;

  constructor(
    readonly bus: Bus,
    readonly options: FanOutOptions,
  ) {
    this.#latestOnly = new LatestOnly(bus, options.latestOnly);
    this.#started = this.#start();
    const period = roundMs(options.heartbeatMs);
    this.#pulse = setInterval(() => this.#beat(period), period);
    this.#pulse.unref();
  }

  get seen(): number {
    return this.#tail.upTo;
  }

  /** Opens a downlink that goes on until its sink closes or {@link close} is called. */
  open(request: DownlinkRequest, sink: Sink<unknown>, ended: () => void): Downlink {
    const downlink = new Downlink(this, request, sink, this.#ending, ended);
    this.#opened(downlink);
    return downlink;
  }

  /**
   * Opens a downlink that has gone once more, for the same channels from other positions, as {@link Downlink.again} has it;
   * returns `false` where it takes a new one.
   */
  reopen(downlink: Downlink, request: DownlinkRequest, sink: Sink<unknown>): boolean {
    if (!downlink.again(request, sink)) return false;
    this.#opened(downlink);
    return true;
  }

  /** Reads one page and makes the packet of it. */
  async once<Packet>(request: DownlinkRequest, format: WireFormat<Packet>, hello: boolean): Promise<Written<Packet>> {
    await this.ready();
    return readOnce(this, request, format, hello);
  }

  async ready(): Promise<void> {
    if (this.#following !== undefined) return;
    const absent = () => new PushError('UNAVAILABLE', 'The bus is not there; come back in a moment.');
    await within(READY_MS, () => this.#started, absent);
    if (this.#following === undefined) throw absent();
  }

  async page(after: ReadonlyMap<string, number>, { heads, wasAtEnd, isWhole }: Asking): Promise<Page> {
    const recent = wasAtEnd ? this.#tail.read(after) : null;
    if (recent !== null) return recent;
    const size = isWhole ? WHOLE_PAGE : PAGE;
    const turn = this.#budget.take(size.limit);
    if (turn !== null) {
      await turn;
      // What was published while it waited goes out before what it reads.
      this.flush();
    }
    let unread = size.limit;
    try {
      const page = await this.#latestOnly.read({ after, heads, ...size }, this.seen);
      unread -= page.entries.length;
      return page;
    } finally {
      this.#budget.giveBack(unread);
    }
  }

  isQuiet(channels: ReadonlyMap<string, unknown>, after: number): boolean {
    return this.#following !== undefined && this.#tail.isQuiet(channels, after);
  }

  encoder<Packet>(format: WireFormat<Packet>): Encoder<Packet> {
    // What is kept for a format was made with it.
    let encoder = this.#encoders.get(format) as Encoder<Packet> | undefined;
    if (encoder === undefined) {
      encoder = new Encoder(format);
      this.#encoders.set(format, encoder);
    }
    return encoder;
  }

  audience(channels: Iterable<string>, format: WireFormat<unknown>): Audience {
    const sorted = [...channels].sort();
    // A channel's name has no control characters, so that the key is unambiguous.
    const key = `${format.name}\n${sorted.join('\n')}`;
    return this.#audiences.get(key) ?? new Audience(key, sorted, this.encoder(format));
  }

  join(member: Member, position: number, audience: Audience): Audience | null {
    this.flush();
    if (position < this.seen) return null;
    // It may have been deserted, and another one be there in its place.
    const joined = this.#audiences.get(audience.key) ?? audience;
    if (joined.members.size === 0) this.#addAudience(joined);
    joined.members.add(member);
    return joined;
  }

  leave(member: Member, audience: Audience): void {
    audience.members.delete(member);
    if (audience.members.size === 0) this.#removeAudience(audience);
  }

  flush(): void {
    while (this.#turn !== undefined && !this.#isFlushing) {
      clearImmediate(this.#turn);
      this.#turn = undefined;
      this.#turnBytes = 0;
      this.#flushAudiences();
      for (let entry = this.#meanwhile.shift(); entry !== undefined; entry = this.#meanwhile.shift()) this.#see(entry);
    }
  }

  /**
   * Ends every downlink; each comes back in a slot of its own, and the slots divide the window evenly. Resolves when
   * their connections are gone, or after two seconds.
   */
  async close(reason: string, windowMs: number): Promise<void> {
    const slot = drainSlots(windowMs, this.#downlinks.size);
    this.#bye = () => ({ type: 'bye', reason, retryMs: slot() });
    clearInterval(this.#pulse);
    this.#closing.abort();
    this.#following?.stop();
    this.flush();
    for (const downlink of [...this.#downlinks]) this.#end(downlink);
    await this.#connectionsGone();
  }

  #flushAudiences(): void {
    this.#isFlushing = true;
    try {
      for (const audience of this.#waiting) audience.flush();
      this.#waiting.clear();
    } finally {
      this.#isFlushing = false;
    }
  }

  #opened(downlink: Downlink): void {
    this.#downlinks.add(downlink);
    // A request that had passed the gateway's door when that closed.
    if (this.#bye !== undefined) queueMicrotask(() => this.#end(downlink));
  }

  async #connectionsGone(): Promise<void> {
    if (this.#leaving.size === 0) return;
    const gone = new Promise<void>((resolve) => {
      this.#deserted = resolve;
    });
    await within(CLOSE_MS, () => gone).catch(() => undefined);
  }

  #end(downlink: Downlink): void {
    if (this.#bye !== undefined) downlink.end(this.#bye());
  }

  /** Follows the bus, and tries again for as long as that fails: a bus may be there later than this node. */
  async #start(): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs = RETRY_MS.first; !signal.aborted; waitMs = Math.min(2 * waitMs, RETRY_MS.most)) {
      try {
        return await this.#follow();
      } catch (error) {
        this.options.failed(error);
        await pause(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  async #follow(): Promise<void> {
    let started = false;
    const early: Entry[] = [];
    const following = await this.bus.follow((entry) => (started ? this.#see(entry) : early.push(entry)));
    if (this.#closing.signal.aborted) return following.stop();
    this.#following = following;
    this.#tail = new Tail(following.from);
    started = true;
    for (const entry of early) this.#see(entry);
  }

  #see(entry: Entry): void {
    if (this.#isFlushing) {
      this.#meanwhile.push(entry);
      return;
    }
    this.#tail.push(entry);
    this.answers.clear();
    const audiences = this.#byChannel.get(entry.channel);
    if (audiences === undefined) return;
    for (const audience of audiences) {
      audience.push(entry);
      this.#waiting.add(audience);
    }
    this.#turnBytes += entry.bytes;
    this.#turn ??= setImmediate(() => this.flush());
    // A publisher that never lets the event loop turn must not make us hold what the log has long let go.
    if (this.#turnBytes > TURN_BYTES) this.flush();
  }

  #beat(period: number): void {
    this.flush();
    this.answers.clear();
    const now = performance.now();
    const packets = new Map<WireFormat<unknown>, unknown>();
    const cursor = formatCursor(this.bus.epoch, this.seen);
    for (const downlink of this.#downlinks) {
      downlink.beat(now, period, (format) => {
        let packet = packets.get(format);
        if (packet === undefined) {
          packet = format.packet({ controls: [{ type: 'heartbeat', cursor }], messages: [], cursor });
          packets.set(format, packet);
        }
        return packet;
      });
    }
  }

  #addAudience(audience: Audience): void {
    this.#audiences.set(audience.key, audience);
    for (const channel of audience.channels) {
      let audiences = this.#byChannel.get(channel);
      if (audiences === undefined) {
        audiences = new Set();
        this.#byChannel.set(channel, audiences);
      }
      audiences.add(audience);
    }
  }

  #removeAudience(audience: Audience): void {
    this.#audiences.delete(audience.key);
    this.#waiting.delete(audience);
    audience.clear();
    for (const channel of audience.channels) {
      const audiences = this.#byChannel.get(channel);
      audiences?.delete(audience);
      if (audiences?.size === 0) this.#byChannel.delete(channel);
    }
  }
}
