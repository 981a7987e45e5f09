import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GapNotice, Message, PushClient } from '../../client/index.js';
import { connect } from '../../client/node.js';
import { pass, reset } from '../../demo/network/fault.js';
import { FaultProxy } from '../../demo/network/fault-proxy.js';
import { readerEnvironment } from '../../demo/race/reader-environment.js';
import { createGateway, type Gateway, MemoryBus } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { type Tally, tally } from '../conformance/tally.js';
import { type Listening, listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';
import type { Dice } from './dice.js';

/** How much is tried. */
export interface SwitchTrialOptions {
  /** Clients that may use every transport. For each pair of transports there are two more, which know only these. */
  readonly clients: number;
  /** How often each of them goes through all ordered pairs; those that know two switch four times as often in all. */
  readonly rounds: number;
  readonly dice: Dice;
  /** Called after each switch. */
  readonly switched?: () => void;
}

/** What came of it. */
export interface SwitchTotals {
  /** Forced switches that were seen to happen, by `from -> to`. */
  readonly switches: ReadonlyMap<string, number>;
  readonly messages: number;
  /** Over all clients. */
  readonly tally: { readonly [Fault in keyof Tally]: number };
  readonly gaps: number;
}

/** Switches that each round of each client that may use every transport comes to, with those of the others. */
export const SWITCHES_PER_ROUND = 5 * catalog.length * (catalog.length - 1);

const CHANNEL = 'ticks';
/** The parameter by which the network knows a client. */
const NAME = 'traveller';
/** More messages than a trial publishes, and all of them: what is lost must not be excused by a gap. */
const KEPT = { count: 10_000_000, bytes: 2 ** 31, totalBytes: 2 ** 31 };
const PUBLISH_EVERY_MS = 25;
const PATIENCE_MS = 60_000;
const QUICK = { pollMs: 40, waitMs: 2_000, backoffMs: 10, backoffCapMs: 50, probeMs: 2_000, probeCapMs: 10_000 };

/**
 * Forces clients from transport to transport while messages are published: the network before the gateway lets one
 * transport through, breaks what is open, and lets the next one through as soon as that one carries.
 */
export async function trySwitches({
  clients,
  rounds,
  dice,
  switched = () => {},
}: SwitchTrialOptions): Promise<SwitchTotals> {
  const world = await SwitchWorld.start();
  try {
    const travellers = [...everywhere(world, clients, rounds), ...backAndForth(world, 2 * clients * rounds)];
    await Promise.all(travellers.map((traveller) => traveller.begin()));
    const publishing = world.publishing();
    await Promise.all(travellers.map((traveller) => traveller.travel(() => sleep(dice.between(0, 10)), switched)));
    world.stop();
    const published = await publishing;
    world.proxy.rule = () => pass;
    return await totals(travellers, published);
  } finally {
    await world.end();
  }
}

/** Clients that may use every transport, each on its way through all ordered pairs. */
function everywhere(world: SwitchWorld, clients: number, rounds: number): Traveller[] {
  const [first = '', ...round] = circuit(catalog);
  const path = [first, ...Array.from({ length: rounds }, () => round).flat()];
  return Array.from({ length: clients }, (_, number) => new Traveller(world, `everywhere-${number}`, catalog, path));
}

/** Two clients for each pair of transports, which cost less: they have nothing else to try. */
function backAndForth(world: SwitchWorld, turns: number): Traveller[] {
  const pairs = catalog.flatMap((one, index) => catalog.slice(index + 1).map((other) => [one, other] as const));
  return pairs.flatMap(([one, other]) => {
    const path = [one, ...Array.from({ length: turns }, () => [other, one]).flat()];
    return ['here', 'there'].map((name) => new Traveller(world, `${one}-${other}-${name}`, [one, other], path));
  });
}

async function totals(travellers: readonly Traveller[], published: readonly string[]): Promise<SwitchTotals> {
  const switches = new Map<string, number>();
  const sum = { lost: 0, repeated: 0, disordered: 0, invented: 0 };
  let messages = 0;
  let gaps = 0;
  for (const traveller of travellers) {
    await traveller.untilTaken(published.at(-1));
    for (const pair of traveller.switches) switches.set(pair, (switches.get(pair) ?? 0) + 1);
    const found = tally(traveller.taken, published, traveller.gaps);
    for (const fault of ['lost', 'repeated', 'disordered', 'invented'] as const) sum[fault] += found[fault].length;
    messages += traveller.taken.length;
    gaps += traveller.gaps.length;
    await traveller.push.close();
  }
  return { switches, messages, tally: sum, gaps };
}

/** A gateway behind a network that lets one transport of each client through. */
class SwitchWorld {
  /** By client. */
  readonly open = new Map<string, string>();
  #isStopped = false;

  static async start(): Promise<SwitchWorld> {
    const listening = await listen(createServer());
    const proxy = await FaultProxy.before(listening.port);
    const gateway = createGateway({ bus: new MemoryBus({ retention: KEPT }), origins: [proxy.url] });
    gateway.attach(listening.server);
    return new SwitchWorld(listening, proxy, gateway);
  }

  private constructor(
    readonly listening: Listening,
    readonly proxy: FaultProxy,
    readonly gateway: Gateway,
  ) {
    proxy.rule = ({ name, query }) => (this.open.get(query.get(NAME) ?? '') === name ? pass : reset);
  }

  async publishing(): Promise<readonly string[]> {
    const published: string[] = [];
    while (!this.#isStopped) {
      const { id } = await this.gateway.publish(CHANNEL, published.length);
      published.push(id);
      await sleep(PUBLISH_EVERY_MS);
    }
    return published;
  }

  stop(): void {
    this.#isStopped = true;
  }

  async end(): Promise<void> {
    this.stop();
    await this.proxy.close();
    await this.listening.close();
    await this.gateway.close();
  }
}

/** A client that is forced from one transport to the next. */
class Traveller {
  readonly taken: Message[] = [];
  readonly gaps: GapNotice[] = [];
  /** The forced ones that were seen, as `from -> to`. */
  readonly switches: string[] = [];
  readonly push: PushClient;
  #carrier = '';

  constructor(
    private readonly world: SwitchWorld,
    private readonly name: string,
    transports: readonly string[],
    private readonly path: readonly string[],
  ) {
    const environment = readerEnvironment(world.proxy.url);
    this.push = connect(`${world.proxy.url}/push?${NAME}=${name}`, { ...QUICK, transports, environment });
    this.push.on('gap', (gap) => this.gaps.push(gap));
    this.push.on('error', () => {});
    this.push.on('transport', ({ to }) => {
      this.#carrier = to ?? this.#carrier;
    });
  }

  async begin(): Promise<void> {
    this.world.open.set(this.name, this.path[0] ?? '');
    await this.push.subscribe(CHANNEL, (message) => this.taken.push(message), { since: 'earliest' }).ready;
  }

  async travel(pause: () => Promise<unknown>, switched: () => void): Promise<void> {
    for (const transport of this.path.slice(1)) {
      await pause();
      await this.#force(transport);
      switched();
    }
  }

  async #force(transport: string): Promise<void> {
    const from = this.#carrier;
    this.world.open.set(this.name, transport);
    this.world.proxy.cut(({ query }) => query.get(NAME) === this.name);
    await waitUntil(`${transport} to carry after ${from}`, () => this.#carrier === transport, {
      timeoutMs: PATIENCE_MS,
    });
    this.switches.push(`${from} -> ${transport}`);
  }

  async untilTaken(id: string | undefined): Promise<void> {
    await waitUntil('the last message', () => this.taken.at(-1)?.id === id, { timeoutMs: PATIENCE_MS });
  }
}

/** A way through all ordered pairs of different names, each once, that ends where it begins (an Eulerian circuit). */
export function circuit(names: readonly string[]): readonly string[] {
  const left = new Map(names.map((name) => [name, names.filter((other) => other !== name)]));
  const stack = names.slice(0, 1);
  const path: string[] = [];
  for (let here = stack.at(-1); here !== undefined; here = stack.at(-1)) {
    const next = left.get(here)?.pop();
    if (next === undefined) path.unshift(stack.pop() ?? here);
    else stack.push(next);
  }
  return path;
}
