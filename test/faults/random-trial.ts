import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../../client/index.js';
import { cutAfter, delay, type Fault, pass, Valve } from '../../demo/network/fault.js';
import { FaultProxy } from '../../demo/network/fault-proxy.js';
import { FileBus } from '../../server/bus/file/file-bus.js';
import { createGateway, type Gateway } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { type Listening, listen } from '../support/listen.js';
import { TrialClient, UPLINK } from './random-client.js';
import { CHANNELS, type Course, FAULTS, type Happening, type Since } from './random-course.js';

/** Subscriptions of a client to one channel, each from a place of its own. */
const ABREAST = 3;
const HEARTBEAT_MS = 400;
const TICK_MS = 3;

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
        this.#proxy.cut();
        return;
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
