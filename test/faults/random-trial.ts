import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { GapNotice, Message, PushClient, Subscription } from '../../client/index.js';
import { connect } from '../../client/node.js';
import {
  blackHole,
  bufferResponse,
  cutAfter,
  cutAfterHead,
  delay,
  type Fault,
  failAfterForwarding,
  pass,
  refuse,
  reset,
  stripUpgrade,
  swallowBody,
  Valve,
} from '../../demo/network/fault.js';
import { FaultProxy } from '../../demo/network/fault-proxy.js';
import { readerEnvironment } from '../../demo/race/reader-environment.js';
import { FileBus } from '../../server/bus/file/file-bus.js';
import { createGateway, type Gateway } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { type Tally, tally } from '../conformance/tally.js';
import { type Listening, listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';

const CHANNELS = ['a', 'b', 'c'] as const;
const UPLINK = 'up';
/** Subscriptions of a client to one channel, each from a place of its own. */
const ABREAST = 3;
const PATIENCE_MS = 60_000;
const HOUR_MS = 3_600_000;
const HEARTBEAT_MS = 400;
const TICK_MS = 3;
const QUICK = {
  pollMs: 30,
  waitMs: 2_000,
  backoffMs: 10,
  backoffCapMs: 100,
  probeMs: 200,
  probeCapMs: 1_000,
  proofMs: 500,
  toleranceMs: 600,
  timeoutMs: PATIENCE_MS,
};

const FAULTS: Readonly<Record<string, Fault>> = {
  reset,
  blackHole,
  refuse: refuse(403),
  unknown: refuse(404),
  swallowBody,
  cutAfterHead,
  bufferResponse,
  stripUpgrade,
  failAfterForwarding: failAfterForwarding(),
};

/** One thing that happens. */
type Happening =
  | { readonly type: 'publish'; readonly channel: number; readonly count: number; readonly bytes: number }
  | { readonly type: 'send'; readonly client: number; readonly count: number }
  | { readonly type: 'subscribe'; readonly client: number; readonly channel: number; readonly since: Since }
  | { readonly type: 'unsubscribe'; readonly client: number; readonly channel: number }
  | {
      readonly type: 'reenter';
      readonly client: number;
      readonly channel: number;
      readonly since: Since;
      readonly ms: number;
    }
  | { readonly type: 'block'; readonly names: readonly string[]; readonly fault: string }
  | { readonly type: 'cutAfter'; readonly bytes: number; readonly direction: 'up' | 'down' }
  | { readonly type: 'jump'; readonly client: number }
  | { readonly type: 'cut' | 'heal' | 'stall' | 'flow' | 'sever' | 'restart' }
  | { readonly type: 'pause'; readonly ms: number };

type Since = 'earliest' | 'now' | 'somewhere';

/** A trial: what happens one after the other, and how much the log keeps. */
export interface Course {
  readonly happenings: readonly Happening[];
  /** Messages kept of each channel: many, or so few that readers fall behind them. */
  readonly kept: number;
  /** Channels of which a reader that is behind gets only the latest. */
  readonly latestOnly: readonly string[];
  /** How far away the gateway is while nothing is wrong: what has been sent is still under way for so long. */
  readonly delayMs: number;
}

const client = fc.nat(catalog.length);
const channel = fc.nat(CHANNELS.length - 1);
const names = fc.subarray([...catalog, 'uplink'], { minLength: 1 });

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('publish' as const),
      channel,
      count: fc.integer({ min: 1, max: 30 }),
      bytes: fc.nat(3_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('send' as const), client, count: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('subscribe' as const),
      client,
      channel,
      since: fc.constantFrom<Since>('earliest', 'now', 'somewhere'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('reenter' as const),
      client,
      channel,
      since: fc.constantFrom<Since>('earliest', 'now', 'somewhere'),
      ms: fc.nat(30),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('unsubscribe' as const), client, channel }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('block' as const),
      names,
      fault: fc.constantFrom(...Object.keys(FAULTS)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('cutAfter' as const),
      bytes: fc.integer({ min: 1, max: 3_000 }),
      direction: fc.constantFrom('up' as const, 'down' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('jump' as const), client }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom('cut' as const, 'heal' as const, 'stall' as const, 'flow' as const, 'sever' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('pause' as const), ms: fc.nat(120) }) },
);

/** Any course of things. */
export const course: fc.Arbitrary<Course> = fc.record({
  happenings: fc.array(happening, { minLength: 10, maxLength: 50 }),
  kept: fc.constantFrom(1_000_000, 1_000_000, 15),
  latestOnly: fc.constantFrom<readonly string[]>([], [], ['a'], ['b', 'c']),
  delayMs: fc.constantFrom(0, 20),
});

/** What came of a trial; nothing went wrong when `faults` is empty. */
export interface TrialReport {
  /** What went wrong, in words, for each subscription. */
  readonly faults: readonly string[];
  readonly messages: number;
  readonly gaps: number;
  readonly operations: number;
  readonly switches: number;
}

/** Lets things happen to one client of each transport and one of all of them, then mends everything and counts. */
export async function tryCourse({ happenings, ...rules }: Course, directory: string): Promise<TrialReport> {
  const world = await TrialWorld.start(directory, rules);
  try {
    for (const each of happenings) await world.live(each);
    await world.mend();
    return await world.report();
  } finally {
    await world.end();
  }
}

/** What does not change during a trial. */
type Rules = Omit<Course, 'happenings'>;

/** A gateway with its log on disk behind a bad network, and its clients. */
class TrialWorld {
  readonly #directory: string;
  readonly #rules: Rules;
  #bus: FileBus;
  #listening: Listening;
  #gateway: Gateway;
  readonly #proxy: FaultProxy;
  readonly #clients: readonly TrialClient[];
  /** By channel, in the order of the log. */
  readonly #published = new Map<string, string[]>(CHANNELS.map((name) => [name, []]));
  readonly #sound: Fault;
  #valve = new Valve();
  /** Publishing and restarting happen one after the other, so that the order of the log is known. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Messages that are being published. */
  #pending = 0;
  #isOver = false;
  #count = 0;

  static async start(directory: string, rules: Rules): Promise<TrialWorld> {
    const bus = await FileBus.open({ directory, retention: { count: rules.kept } });
    const listening = await listen(createServer());
    const proxy = await FaultProxy.before(listening.port);
    const world = new TrialWorld(directory, rules, bus, listening, proxy);
    for (const name of CHANNELS) await world.#publish(name, 3, 10);
    for (const each of world.#clients) {
      for (const name of CHANNELS.slice(0, 2)) each.subscribe(name, 'earliest', 0, () => world.#known(name));
    }
    void world.#tick();
    return world;
  }

  private constructor(directory: string, rules: Rules, bus: FileBus, listening: Listening, proxy: FaultProxy) {
    this.#sound = rules.delayMs === 0 ? pass : delay(rules.delayMs);
    this.#directory = directory;
    this.#rules = rules;
    this.#bus = bus;
    this.#listening = listening;
    this.#proxy = proxy;
    this.#gateway = this.#attach();
    this.#heal();
    // One that may use all of them, and one for each.
    const orders = [catalog, ...catalog.map((name) => [name])];
    this.#clients = orders.map((order) => new TrialClient(proxy.url, order));
  }

  async live(what: Happening): Promise<void> {
    const by = 'client' in what ? this.#clients[what.client] : undefined;
    switch (what.type) {
      case 'publish':
        return this.#publish(CHANNELS[what.channel] ?? 'a', what.count, what.bytes);
      case 'send':
        for (let sent = 0; sent < what.count; sent++) by?.send(`${what.client}-${this.#count++}`);
        return;
      case 'subscribe': {
        const name = CHANNELS[what.channel] ?? 'a';
        const [since, first] = this.#place(name, what.since);
        by?.unsubscribe(name, ABREAST - 1);
        by?.subscribe(name, since, first, () => this.#known(name));
        return;
      }
      case 'reenter': {
        // What was sent for the subscription that is left is still under way.
        const name = CHANNELS[what.channel] ?? 'a';
        by?.unsubscribe(name);
        await sleep(what.ms);
        const [since, first] = this.#place(name, what.since);
        by?.subscribe(name, since, first, () => this.#known(name));
        return;
      }
      case 'unsubscribe':
        by?.unsubscribe(CHANNELS[what.channel] ?? 'a');
        return;
      case 'block':
        return this.#proxy.block(new Set(what.names), FAULTS[what.fault] ?? pass);
      case 'cutAfter':
        this.#proxy.rule = () => cutAfter(what.bytes, what.direction);
        return;
      case 'jump':
        by?.jump();
        return;
      case 'cut':
        return this.#proxy.cut();
      case 'heal':
        return this.#heal();
      case 'stall': {
        this.#valve.open();
        const valve = new Valve();
        this.#valve = valve;
        this.#proxy.rule = () => valve.fault;
        this.#proxy.cut();
        await sleep(50);
        valve.shut();
        return;
      }
      case 'flow':
        return this.#valve.open();
      case 'sever': {
        this.#proxy.sever();
        this.#proxy.unblock();
        return;
      }
      case 'restart':
        return this.#inTurn(() => this.#restart());
      case 'pause':
        return sleep(what.ms);
      default:
        return what satisfies never;
    }
  }

  /** From now on the network is good, and what was sent before has to arrive. */
  async mend(): Promise<void> {
    this.#isOver = true;
    this.#valve.open();
    this.#heal();
    for (const name of CHANNELS) await this.#publish(name, 1, 10);
    await Promise.all(this.#clients.map((each) => each.untilTaken(this.#published)));
  }

  async report(): Promise<TrialReport> {
    const faults = this.#clients.flatMap((each) => each.faults(this.#published, this.#keepsAll));
    const sent = await Promise.all(this.#clients.map((each) => each.settled()));
    const entries = await this.#bus.latest(UPLINK, this.#rules.kept);
    const arrived = new Map<string, number>();
    for (const { json } of entries) {
      const { data } = JSON.parse(json) as Message;
      arrived.set(String(data), (arrived.get(String(data)) ?? 0) + 1);
    }
    const operations = sent.flat();
    for (const each of operations) {
      const times = arrived.get(each) ?? 0;
      if (times !== 1 && this.#keepsAll) faults.push(`operation ${each} had its effect ${times} times`);
    }
    return {
      faults,
      messages: this.#clients.reduce((sum, each) => sum + each.taken, 0),
      gaps: this.#clients.reduce((sum, each) => sum + each.gaps.length, 0),
      operations: operations.length,
      switches: this.#clients.reduce((sum, each) => sum + each.switches, 0),
    };
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#turn.catch(() => {});
    await Promise.all(this.#clients.map((each) => each.push.close()));
    await this.#proxy.close();
    await this.#stop();
  }

  /** Something is always under way, so that connections that overlap both have it. */
  async #tick(): Promise<void> {
    while (!this.#isOver) {
      await this.#publish(CHANNELS[0], 1, 10);
      await sleep(TICK_MS);
    }
  }

  #publish(name: string, count: number, bytes: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#pending = count;
      const receipts = await Promise.all(
        Array.from({ length: count }, () => this.#gateway.publish(name, `${this.#count++}${'.'.repeat(bytes)}`)),
      );
      this.#pending = 0;
      this.#published.get(name)?.push(...receipts.map(({ id }) => id));
    });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(act);
    this.#turn = turn;
    return turn;
  }

  #heal(): void {
    this.#proxy.rule = () => this.#sound;
  }

  async #restart(): Promise<void> {
    await this.#stop();
    this.#bus = await FileBus.open({ directory: this.#directory, retention: { count: this.#rules.kept } });
    this.#listening = await listen(createServer(), this.#listening.port);
    this.#gateway = this.#attach();
  }

  /** How many messages of a channel the log may have by now. */
  #known(name: string): number {
    return (this.#published.get(name)?.length ?? 0) + this.#pending;
  }

  /** Whether no reader can fall behind what is kept. */
  get #keepsAll(): boolean {
    return this.#rules.kept > this.#count;
  }

  /** A position, and the place in the log of the first message after it. */
  #place(name: string, since: Since): [since: string, first: number] {
    const ids = this.#published.get(name) ?? [];
    if (since === 'now') return ['now', ids.length];
    if (since === 'earliest') return ['earliest', 0];
    const place = Math.floor(ids.length / 2);
    return [ids[place] ?? 'earliest', place + 1];
  }

  #attach(): Gateway {
    const { origin } = new URL(this.#proxy.url);
    const gateway = createGateway({
      bus: this.#bus,
      origins: [origin],
      heartbeatMs: HEARTBEAT_MS,
      drainMs: 20,
      latestOnly: this.#rules.latestOnly,
    });
    gateway.attach(this.#listening.server);
    return gateway;
  }

  async #stop(): Promise<void> {
    await this.#listening.close();
    await this.#gateway.close();
    await this.#bus.close();
  }
}

/** One interest of a client, with all it was given. */
interface Interest {
  readonly channel: string;
  readonly subscription: Subscription;
  readonly since: string;
  /** The place in the log of the first message that it may be given. */
  readonly first: number;
  /** The place of the first message that it has to be given. */
  due: number;
  isOver: boolean;
  readonly taken: Message[];
  /** How many gaps had been told before. */
  readonly gapsBefore: number;
}

class TrialClient {
  readonly push: PushClient;
  readonly gaps: GapNotice[] = [];
  switches = 0;
  readonly #order: readonly string[];
  readonly #interests: Interest[] = [];
  readonly #operations: Promise<string>[] = [];
  #aheadMs = 0;

  constructor(url: string, order: readonly string[]) {
    this.#order = order;
    const environment = readerEnvironment(url);
    const now = () => environment.now() + this.#aheadMs;
    this.push = connect(`${url}/push`, { ...QUICK, transports: order, environment: { ...environment, now } });
    this.push.on('gap', (gap) => this.gaps.push(gap));
    this.push.on('error', () => {});
    this.push.on('transport', () => this.switches++);
  }

  get taken(): number {
    return this.#interests.reduce((sum, { taken }) => sum + taken.length, 0);
  }

  /** `known` says how many messages the channel may have by then. */
  subscribe(channel: string, since: string, first: number, known: () => number): void {
    const taken: Message[] = [];
    const subscription = this.push.subscribe(channel, (message) => taken.push(message), { since });
    const due = since === 'now' ? Number.POSITIVE_INFINITY : first;
    const interest = { channel, subscription, since, first, due, isOver: false, taken, gapsBefore: this.gaps.length };
    this.#interests.push(interest);
    subscription.ready.then(
      () => {
        if (since === 'now') interest.due = known();
      },
      () => {},
    );
  }

  /** Ends the oldest subscriptions to a channel, but for so many. */
  unsubscribe(channel: string, left = 0): void {
    const held = this.#interests.filter((interest) => interest.channel === channel && !interest.isOver);
    for (const interest of held.slice(0, Math.max(0, held.length - left))) {
      interest.isOver = true;
      void interest.subscription.close();
    }
  }

  send(text: string): void {
    const sent = this.push.publish(UPLINK, text).then(() => text);
    sent.catch(() => {});
    this.#operations.push(sent);
  }

  settled(): Promise<readonly string[]> {
    return Promise.all(this.#operations);
  }

  /** The machine slept for an hour, on a clock that counts that. */
  jump(): void {
    this.#aheadMs += HOUR_MS;
  }

  async untilTaken(published: ReadonlyMap<string, readonly string[]>): Promise<void> {
    for (const interest of this.#interests) {
      if (interest.isOver) continue;
      const ids = published.get(interest.channel) ?? [];
      const end = ids.at(-1);
      // One that starts "now" may have started behind the last message.
      const isThere = () =>
        interest.taken.at(-1)?.id === end ||
        (interest.since === 'now' && interest.due !== Number.POSITIVE_INFINITY && interest.due >= ids.length);
      await waitUntil(`${end} on ${this.#order.join()}`, isThere, { timeoutMs: PATIENCE_MS }).catch((error: Error) => {
        const trace = this.push.trace.map(
          ({ at, transport, event, detail }) => `${at} ${transport} ${event} ${detail}`,
        );
        throw new Error(`${error.message}\n${trace.slice(-40).join('\n')}`);
      });
    }
  }

  faults(published: ReadonlyMap<string, readonly string[]>, keepsAll: boolean): string[] {
    return this.#interests.flatMap(({ channel, since, first, due, isOver, taken, gapsBefore }) => {
      const ids = published.get(channel) ?? [];
      const gaps = this.gaps.slice(gapsBefore).filter((gap) => gap.channel === channel);
      const last = taken.at(-1)?.id;
      // "now" is what comes to a client from now on, and that may have been under way.
      const begin = since === 'now' && taken[0] !== undefined ? ids.indexOf(taken[0].id) : first;
      const until = isOver ? (last === undefined ? first : ids.indexOf(last) + 1) : ids.length;
      const found = tally(taken, ids.slice(begin, until), gaps);
      // "earliest" is what the log still had when the request got through.
      const start = since === 'earliest' && !keepsAll ? ids.indexOf(taken[0]?.id ?? '') : due;
      const lost = found.lost.filter((id) => ids.indexOf(id) >= start);
      const all: Tally = { ...found, lost };
      if (Object.values(all).every((ids) => ids.length === 0)) return [];
      return [`${this.#order.join()}, ${channel} from ${first}: ${JSON.stringify(all)}`];
    });
  }
}
