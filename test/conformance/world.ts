import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, jest } from '@jest/globals';
import type { Json } from '../../client/index.js';
import { FaultProxy } from '../../demo/network/fault-proxy.js';
import { createGateway, type Gateway, type GatewayOptions, MemoryBus, type Retention } from '../../server/index.js';
import { type Listening, listen } from '../support/listen.js';
import type { DriverOptions } from './driver.js';
import type { Host } from './host.js';
import { TestClient } from './test-client.js';

/** What a world is made with. */
export interface WorldOptions {
  readonly retention?: Partial<Retention>;
  readonly gateway?: Omit<GatewayOptions, 'bus' | 'origins' | 'retention'>;
}

/** Quick, so that a test waits for events and not for timers. */
const QUICK: DriverOptions = {
  pollMs: 30,
  waitMs: 5_000,
  backoffMs: 20,
  backoffCapMs: 200,
  probeMs: 200,
  probeCapMs: 400,
};

/** A gateway, a network before it that can be made bad, and clients of one host. */
export class World {
  readonly proxy: FaultProxy;
  /** The gateway's ends of all connections that are open. */
  readonly sockets = new Set<Socket>();
  readonly #host: Host;
  readonly #options: WorldOptions;
  #gateway: Gateway;
  #bus: MemoryBus;
  #listening: Listening;

  static async start(host: Host, options: WorldOptions): Promise<World> {
    const bus = new MemoryBus({ ...(options.retention === undefined ? {} : { retention: options.retention }) });
    const listening = await listen(createServer());
    const proxy = await FaultProxy.before(listening.port);
    return new World(host, options, bus, listening, proxy);
  }

  private constructor(host: Host, options: WorldOptions, bus: MemoryBus, listening: Listening, proxy: FaultProxy) {
    this.#host = host;
    this.#options = options;
    this.#bus = bus;
    this.#listening = listening;
    this.proxy = proxy;
    this.#gateway = this.#attach();
  }

  get gateway(): Gateway {
    return this.#gateway;
  }

  /** The gateway's address without the proxy before it. */
  get directUrl(): string {
    return `${this.#listening.url}/push`;
  }

  /** A client, through the proxy unless told otherwise; over every transport in the catalog's order unless told which. */
  readonly client = async (options: DriverOptions & { readonly direct?: boolean } = {}): Promise<TestClient> => {
    const { direct = false, ...own } = options;
    const address = direct ? this.directUrl : `${this.proxy.url}/push`;
    return new TestClient(await this.#host.open(address, { ...QUICK, ...own }));
  };

  /** Publishes, and hands back the ids. */
  readonly publish = async (channel: string, ...data: readonly Json[]): Promise<string[]> => {
    const receipts = await Promise.all(data.map((each) => this.#gateway.publish(channel, each)));
    return receipts.map(({ id }) => id);
  };

  /**
   * The gateway is gone, as in a crash, with its log; another one comes up in its place. With the epoch of the last one, its log is
   * as if it had been put back from a copy that was made at the beginning.
   */
  async restart({ epoch }: { readonly epoch?: string } = {}): Promise<void> {
    const { port } = this.#listening;
    await this.#stop();
    this.#bus = new MemoryBus({
      ...(this.#options.retention === undefined ? {} : { retention: this.#options.retention }),
      ...(epoch === undefined ? {} : { epoch }),
    });
    this.#listening = await listen(createServer(), port);
    this.#gateway = this.#attach();
  }

  /** Open downlinks, as the gateway counts them. */
  async connections(): Promise<number> {
    const text = await (await fetch(`${this.directUrl}/metrics`)).text();
    const values = [...text.matchAll(/^pushgate_connections\{[^}]*\} (\d+)$/gm)].map(([, value]) => Number(value));
    return values.reduce((sum, value) => sum + value, 0);
  }

  async end(): Promise<void> {
    await this.proxy.close();
    await this.#stop();
  }

  #attach(): Gateway {
    const { origins } = this.#host;
    const gateway = createGateway({ drainMs: 50, ...this.#options.gateway, bus: this.#bus, origins });
    gateway.attach(this.#listening.server);
    this.#listening.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    return gateway;
  }

  async #stop(): Promise<void> {
    await this.#listening.close();
    await this.#gateway.close();
    await this.#bus.close();
  }
}

/** Makes worlds for the tests of a file, each ended after its test. */
export function useWorlds(host: Host): (options?: WorldOptions) => Promise<World> {
  // Above every single wait, so that what a test says is what it waited for, and not that it took too long.
  jest.setTimeout(60_000);
  const worlds: World[] = [];
  afterEach(async () => {
    await Promise.all(worlds.splice(0).map((world) => world.end()));
  });
  return async (options = {}) => {
    const world = await World.start(host, options);
    worlds.push(world);
    return world;
  };
}
