import { setImmediate as nextTurn } from 'node:timers/promises';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import type { Downlink } from '../../server/downlink.js';
import { FanOut } from '../../server/fan-out.js';
import type { DownlinkRequest } from '../../server/node-log.js';
import type { Position } from '../../transports/position.js';
import type { Sink } from '../../transports/server-transport.js';
import type { PacketContent, WireFormat } from '../../transports/wire-format.js';
import { EPOCH, KEPT, Ledger, offsetOf, type Start, Witness } from './fan-out-ledger.js';
import { SteppedBus } from './stepped-bus.js';

/** What may happen. Readers are counted round, so that every number names one. */
export type Step =
  | { readonly do: 'publish'; readonly channel: string; readonly except: string | null; readonly times: number }
  | {
      readonly do: 'open';
      readonly starts: readonly (readonly [string, Start])[];
      readonly client: string | null;
      /** What the sink answers to one write after the other, round and round. */
      readonly room: readonly boolean[];
    }
  | {
      readonly do: 'poll';
      readonly who: number;
      readonly channels: readonly string[];
      readonly client: string | null;
      readonly hold: boolean;
    }
  | { readonly do: 'subscribe'; readonly who: number; readonly channels: readonly string[]; readonly start: Start }
  | { readonly do: 'unsubscribe'; readonly who: number; readonly channels: readonly string[] }
  | { readonly do: 'drain' | 'close' | 'flush'; readonly who: number }
  | { readonly do: 'pass'; readonly which: number }
  | { readonly do: 'announce'; readonly count: number }
  | { readonly do: 'turn' }
  | { readonly do: 'rest' };

/** A stream whose socket is now and then full. */
class Reader {
  readonly #witness: Witness;
  readonly #downlink: Downlink;
  readonly #changes = new Map<string, () => void>();
  #turn: Promise<void> = Promise.resolve();
  #greeted = false;
  #full = false;
  #closed = 0;
  #writes = 0;

  constructor(
    name: string,
    ledger: Ledger,
    fanOut: FanOut,
    private readonly asked: DownlinkRequest,
    private readonly room: readonly boolean[],
  ) {
    this.#witness = new Witness(name, asked.client, ledger);
    const write = (packet: unknown) => this.#write(packet as PacketContent);
    const end = () => this.#downlink.closed();
    const sink = { format: ledger.format as WireFormat<unknown>, write, end };
    this.#downlink = fanOut.open(asked, sink, () => {
      this.#closed++;
    });
  }

  get full(): boolean {
    return this.#full && this.#closed === 0;
  }

  subscribe(channels: ReadonlyMap<string, Position>): void {
    const key = String(this.#changes.size);
    let head = '';
    this.#changes.set(key, () => this.#witness.begin(channels, head));
    this.#change(() =>
      this.#downlink.subscribe(channels, (end) => {
        head = end;
        return { type: 'ack', key };
      }),
    );
  }

  unsubscribe(channels: readonly string[]): void {
    const key = String(this.#changes.size);
    this.#changes.set(key, () => this.#witness.drop(channels));
    this.#change(() => this.#downlink.unsubscribe(channels, () => ({ type: 'ack', key })));
  }

  drain(): void {
    if (!this.full) return;
    this.#full = false;
    this.#downlink.drained();
  }

  close(): void {
    this.#downlink.closed();
    this.#downlink.closed();
    if (this.#closed !== 1) this.#witness.fault(`was told ${this.#closed} times that it is closed`);
  }

  end(): void {
    if (this.#closed > 0) return;
    if (!this.#greeted) this.#witness.fault('never got a hello');
    this.#witness.end();
  }

  /** One after the other, as the operations of one connection are. */
  #change(change: () => Promise<void>): void {
    this.#turn = this.#turn.then(change).catch((error: unknown) => this.#witness.fault(String(error)));
  }

  #write({ controls, messages }: PacketContent): boolean {
    if (this.#full) this.#witness.fault('was written to although it is full');
    if (this.#closed > 0) this.#witness.fault('was written to although it is closed');
    for (const control of controls) {
      if (control.type === 'hello') {
        if (this.#greeted) this.#witness.fault('got a second hello');
        this.#greeted = true;
        this.#witness.begin(this.asked.channels, control.head);
      } else if (!this.#greeted) this.#witness.fault(`got ${control.type} before the hello`);
      if (control.type === 'ack') this.#changes.get(control.key ?? '')?.();
      this.#witness.take(control);
    }
    for (const text of messages) this.#witness.message(JSON.parse(text));
    this.#full = this.room[this.#writes++ % this.room.length] === false;
    return !this.#full;
  }
}

/** A poll that is held, with what it is held by. */
interface Held {
  readonly downlink: Downlink;
  readonly sink: Sink<unknown>;
  asked: DownlinkRequest;
}

/** Asks again and again from its cursor, at once or with a wait. */
class Poller {
  readonly #witness: Witness;
  /** For each channel; a gap may reach further than the cursor of its answer. */
  readonly #positions = new Map<string, Position>();
  #greeted = false;
  #held: Downlink | null = null;
  /** The last one, which may be held again. */
  #last: Held | null = null;
  #asking = false;

  constructor(
    name: string,
    private readonly ledger: Ledger,
    private readonly fanOut: FanOut,
    channels: readonly string[],
    private readonly client: string | null,
  ) {
    this.#witness = new Witness(name, client, ledger);
    for (const channel of channels) this.#positions.set(channel, 'earliest');
  }

  ask(hold: boolean): void {
    if (this.#asking) return;
    this.#asking = true;
    const request = { channels: new Map(this.#positions), client: this.client };
    if (hold && this.#greeted) return this.#hold(request);
    this.fanOut.once(request, this.ledger.format, !this.#greeted).then(
      ({ packet }) => this.#take(packet, request.channels),
      (error: unknown) => this.#witness.fault(String(error)),
    );
  }

  /** The wait is over. */
  flush(): void {
    this.#held?.flush();
  }

  /** The connection of one that waits is gone, and the next poll comes over another. */
  giveUp(): void {
    if (this.#held === null) return;
    this.#held.closed();
    this.#asking = false;
  }

  #hold(request: DownlinkRequest): void {
    const last = this.#last;
    if (last !== null && this.fanOut.reopen(last.downlink, request, last.sink)) {
      last.asked = request;
      this.#held = last.downlink;
      return;
    }
    const format = this.ledger.format as WireFormat<unknown>;
    const write = (packet: unknown) => {
      this.#take(packet as PacketContent, held.asked.channels);
      held.downlink.closed();
      return true;
    };
    const end = () => this.#witness.fault('was ended');
    const sink = { format, write, end, single: true };
    const downlink = this.fanOut.open(request, sink, () => {
      this.#held = null;
    });
    const held = { downlink, sink, asked: request };
    this.#last = held;
    this.#held = downlink;
  }

  #take({ controls, messages, cursor }: PacketContent, channels: ReadonlyMap<string, Position>): void {
    if (!this.#asking) this.#witness.fault('got a second answer');
    this.#asking = false;
    for (const channel of channels.keys()) this.#advance(channel, cursor);
    for (const control of controls) {
      if (control.type === 'hello') this.#witness.begin(channels, control.head);
      if (control.type === 'hello') this.#greeted = true;
      this.#witness.take(control);
      if (control.type === 'gap') for (const channel of control.channels) this.#advance(channel, control.to);
    }
    for (const text of messages) this.#witness.message(JSON.parse(text));
    this.#witness.upTo(cursor);
  }

  /** Forward only: where the channels of a request stand apart, the cursor of its answer may lie before one of them. */
  #advance(channel: string, to: Position): void {
    const at = offsetOf(this.#positions.get(channel) ?? 'earliest');
    if (!(offsetOf(to) <= at)) this.#positions.set(channel, to);
  }
}

/** Readers on a fan-out over a slow bus, and what has gone wrong for them. */
export class World {
  readonly #ledger: Ledger;
  readonly #log = new MemoryBus({ epoch: EPOCH, retention: { count: KEPT } });
  readonly #bus = new SteppedBus(this.#log);
  readonly #fanOut: FanOut;
  readonly #readers: Reader[] = [];
  readonly #pollers: Poller[] = [];

  /** Of the channels in `latestOnly`, a reader that is behind gets only the latest. */
  constructor(latestOnly: readonly string[]) {
    this.#ledger = new Ledger(latestOnly);
    void this.#log.follow((entry) => this.#ledger.entries.push(entry));
    this.#fanOut = new FanOut(this.#bus, {
      heartbeatMs: 3_600_000,
      stalledMs: 3_600_000,
      latestOnly,
      hello: (at) => ({
        type: 'hello',
        ...at,
        heartbeatMs: 1,
        limits: { messageBytes: 1, channels: 1 },
        transports: [],
      }),
      failed: (error) => this.#ledger.faults.push(String(error)),
    });
  }

  /** Takes the steps, lets everything come to rest, and returns what was wrong. */
  async run(steps: readonly Step[]): Promise<readonly string[]> {
    for (const step of steps) {
      this.#perform(step);
      // What follows from the step without the bus and without another turn of the event loop.
      await new Promise<void>((resolve) => process.nextTick(resolve));
      if (step.do === 'turn') await nextTurn();
      if (step.do === 'rest') await this.#comeToRest();
    }
    await this.#comeToRest();
    for (const poller of this.#pollers) poller.flush();
    await this.#comeToRest();
    for (const reader of this.#readers) reader.end();
    for (const [id, times] of this.#ledger.encoded) {
      if (times > 1) this.#ledger.faults.push(`${id} was encoded ${times} times`);
    }
    const closed = this.#fanOut.close('over', 1);
    await this.#comeToRest();
    await closed;
    await this.#bus.close();
    return this.#ledger.faults;
  }

  async #comeToRest(): Promise<void> {
    for (let quiet = 0, rounds = 0; quiet < 3; rounds++) {
      if (rounds > 5_000) throw new Error('It does not come to rest.');
      const full = this.#readers.filter((reader) => reader.full);
      quiet = this.#bus.waiting + this.#bus.unheard + full.length === 0 ? quiet + 1 : 0;
      this.#bus.pass(0);
      this.#bus.announce(1);
      for (const reader of full) reader.drain();
      await nextTurn();
    }
  }

  #perform(step: Step): void {
    switch (step.do) {
      case 'publish': {
        const { channel, except, times } = step;
        const draft = { channel, data: '0', ...(except === null ? {} : { except }) };
        for (let time = 0; time < times; time++) void this.#bus.publish(draft);
        return;
      }
      case 'open': {
        const channels = new Map(step.starts.map(([channel, start]) => [channel, this.#ledger.position(start)]));
        const request = { channels, client: step.client };
        this.#readers.push(
          new Reader(`reader ${this.#readers.length}`, this.#ledger, this.#fanOut, request, step.room),
        );
        return;
      }
      case 'poll': {
        if (this.#pollers.length < 3) {
          const name = `poller ${this.#pollers.length}`;
          this.#pollers.push(new Poller(name, this.#ledger, this.#fanOut, step.channels, step.client));
        }
        this.#pollers[step.who % this.#pollers.length]?.ask(step.hold);
        return;
      }
      case 'subscribe': {
        const position = this.#ledger.position(step.start);
        this.#reader(step.who)?.subscribe(new Map(step.channels.map((channel) => [channel, position])));
        return;
      }
      case 'unsubscribe':
        return this.#reader(step.who)?.unsubscribe(step.channels);
      case 'drain':
        return this.#reader(step.who)?.drain();
      case 'close':
        this.#reader(step.who)?.close();
        return this.#poller(step.who)?.giveUp();
      case 'flush':
        return this.#poller(step.who)?.flush();
      case 'pass':
        return this.#bus.pass(step.which);
      case 'announce':
        return this.#bus.announce(step.count);
      case 'turn':
      case 'rest':
        return;
      default:
        return step satisfies never;
    }
  }

  #poller(who: number): Poller | undefined {
    return this.#pollers[who % Math.max(1, this.#pollers.length)];
  }

  #reader(who: number): Reader | undefined {
    return this.#readers[who % Math.max(1, this.#readers.length)];
  }
}
