import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { Blocks } from './blocks.js';
import { loopbackName } from './loopback.js';
import type { RequestHead } from './network/exchange.js';
import {
  blackHole,
  bufferResponse,
  delay,
  type Fault,
  pass,
  refuse,
  reset,
  stripUpgrade,
  swallowBody,
} from './network/fault.js';
import { FaultProxy } from './network/fault-proxy.js';
import { passageOf } from './passage.js';
import type { CutName, FaultName } from './site/words/fault-name.js';

const FAULTS: Readonly<Record<FaultName, Fault>> = {
  reset,
  refused: refuse(403),
  'black-hole': blackHole,
  silent: swallowBody,
  stripped: stripUpgrade,
  whole: bufferResponse,
  slow: delay(2_000),
};

/** What the network of the lanes lies before. */
export interface LaneNetworkOptions {
  readonly server: Server | TlsServer;
  /** The gateway's base path. */
  readonly path: string;
  readonly blocks: Blocks;
  /** The port at which a lane finds a gateway of its own; `null` for the site's one. */
  readonly nodeOf: (lane: string) => number | null;
}

/**
 * A bad network before the site, on a port of its own: whoever comes through it meets the faults that his lane has asked
 * for. It is there while the server listens where 127.0.0.1 reaches it, and for visitors on the same machine only. TLS
 * it cannot look into.
 */
export class LaneNetwork {
  readonly #options: LaneNetworkOptions;
  readonly #open = () => this.#start();
  #proxy: Promise<FaultProxy | null> = Promise.resolve(null);

  constructor(options: LaneNetworkOptions) {
    const { server } = options;
    this.#options = options;
    if (server instanceof TlsServer) return;
    if (server.listening) this.#start();
    else server.once('listening', this.#open);
  }

  /** Its port for somebody who has asked the site under this host; `null` where he cannot reach it. */
  async portFor(host: string | undefined): Promise<number | null> {
    return loopbackName(host) === null ? null : ((await this.#proxy)?.port ?? null);
  }

  /** Cuts what a lane has open, over one transport or over all; returns how much that was, without what reads the bare feed. */
  cut(lane: string, transport: string | null = null): Promise<number> {
    return this.#break('cut', lane, transport);
  }

  /** What a lane has open goes silent, and neither end is told; returns how much that was, in the same way. */
  sever(lane: string): Promise<number> {
    return this.#break('sever', lane, null);
  }

  async close(): Promise<void> {
    this.#options.server.off('listening', this.#open);
    const proxy = await this.#proxy;
    this.#proxy = Promise.resolve(null);
    await proxy?.close();
  }

  async #break(how: CutName, lane: string, transport: string | null): Promise<number> {
    const proxy = await this.#proxy;
    const broken = (isBare: boolean) =>
      proxy?.[how]((request) => {
        const passage = this.#passage(request);
        const isOf = passage.lane === lane && (transport === null || passage.transport === transport);
        return isOf && passage.isBare === isBare;
      }) ?? 0;
    broken(true);
    return broken(false);
  }

  #start(): void {
    const address = this.#options.server.address();
    if (address === null || typeof address === 'string' || !REACHED.has(address.address)) return;
    this.#proxy = FaultProxy.before(address.port, { namesServer: true, remembers: false }).then(
      (proxy) => {
        proxy.rule = (request) => this.#faultFor(request);
        proxy.route = (request) => this.#nodeFor(request);
        return proxy;
      },
      // The site does without.
      (error: Error) => {
        process.emitWarning(error);
        return null;
      },
    );
  }

  #faultFor(request: RequestHead): Fault {
    const { lane, transport } = this.#passage(request);
    const fault = lane === null || transport === null ? undefined : this.#options.blocks.of(lane).get(transport);
    return fault === undefined ? pass : FAULTS[fault];
  }

  #nodeFor(request: RequestHead): number | null {
    const { lane, transport } = this.#passage(request);
    return lane === null || transport === null ? null : this.#options.nodeOf(lane);
  }

  #passage({ path, query }: RequestHead) {
    return passageOf(`${path}?${query}`, this.#options.path);
  }
}

/** Where a server listens that is reached at 127.0.0.1. */
const REACHED: ReadonlySet<string> = new Set(['127.0.0.1', '0.0.0.0', '::']);
