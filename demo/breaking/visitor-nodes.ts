import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Express } from 'express';
import type { Gateway } from '../../server/index.js';
import { NODE_HEARTBEAT_MS, type NodeStanding } from '../site/words/report.js';

/** Nodes: of one visitor, and of all. */
export const NODES = { visitor: 4, all: 12 };

/** A node that nobody has asked about in so long is closed. The page asks once a second while somebody looks at it. */
const FORGOTTEN_MS = 60_000;

/** One that its page has not asked about in so long gives way to the next one of the same visitor, who has loaded it again. */
const LEFT_MS = 3_000;

/** How long a node that is started again stays away, in milliseconds: long enough to be seen. */
const AWAY_MS = 3_000;

/** What nodes are made of. */
export interface VisitorNodesOptions {
  /** Makes a gateway on the log of the site's own one, with a heartbeat at least so often. */
  readonly make: (heartbeatMs: number) => Gateway;
  /** The gateways' base path. */
  readonly path: string;
  /** Puts before a node what stands before the site's own gateway; returns how to take it away. */
  readonly prepare: (app: Express, server: Server) => () => void;
}

/** Why there is no other node. */
export interface Full {
  /** Who has as many as there are for him. */
  readonly who: 'visitor' | 'all';
  /** When the next one is free at the earliest, in milliseconds from now. */
  readonly retryMs: number;
}

interface VisitorNode {
  readonly visitor: string;
  running: Running | null;
  port: number;
  /** By `performance.now()`. */
  askedAt: number;
  readonly expires: NodeJS.Timeout;
}

/** A gateway that can be asked. */
interface Running {
  readonly gateway: Gateway;
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
  readonly leave: () => void;
}

/**
 * Gateways that visitors may close and start again, one for each: a node of its own on the log of the site's gateway, with a
 * server on a free port of 127.0.0.1. One that is started again is another gateway, which knows nothing of the clients of
 * the one before; the log is all that they have in common.
 */
export class VisitorNodes {
  readonly #options: VisitorNodesOptions;
  readonly #nodes = new Map<string, VisitorNode>();
  #isClosed = false;

  constructor(options: VisitorNodesOptions) {
    this.#options = options;
  }

  /** Gives a visitor's lane a node, unless it has one. Resolves with why it gets none; `null` when the lane has one. */
  async open(lane: string, visitor: string): Promise<Full | null> {
    if (this.#nodes.has(lane)) return null;
    const own = [...this.#nodes].filter(([, node]) => node.visitor === visitor);
    const left = own.length >= NODES.visitor ? longestUnasked(own) : null;
    if (left !== null) {
      if (left.ms < LEFT_MS) return { who: 'visitor', retryMs: LEFT_MS - left.ms };
      await this.#forget(left.lane);
      return this.open(lane, visitor);
    }
    if (this.#nodes.size >= NODES.all || this.#isClosed) {
      return { who: 'all', retryMs: Math.max(1_000, FORGOTTEN_MS - (longestUnasked(this.#nodes)?.ms ?? 0)) };
    }
    const expires = setTimeout(() => void this.#forget(lane), FORGOTTEN_MS).unref();
    const node: VisitorNode = { visitor, running: null, port: 0, askedAt: performance.now(), expires };
    this.#nodes.set(lane, node);
    try {
      await this.#start(node);
    } catch (error) {
      await this.#forget(lane);
      throw error;
    }
    return null;
  }

  /** How a lane's node stands. Whoever asks keeps it. */
  standing(lane: string): NodeStanding {
    const node = this.#nodes.get(lane);
    if (node === undefined) return 'none';
    node.expires.refresh();
    node.askedAt = performance.now();
    // One that is being started for the first time is none yet.
    if (node.port === 0) return 'none';
    return node.running === null ? 'down' : 'up';
  }

  /** Where a lane's node is found, also while it is away; `null` for a lane without one. */
  portFor(lane: string): number | null {
    const port = this.#nodes.get(lane)?.port ?? 0;
    return port === 0 ? null : port;
  }

  /** Closes a lane's node, and starts another gateway in its place some seconds later. `false` for a lane that has none up. */
  restart(lane: string): boolean {
    const node = this.#nodes.get(lane);
    if (node?.running == null) return false;
    const { running } = node;
    node.running = null;
    end(running)
      .then(() => sleep(AWAY_MS, undefined, { ref: false }))
      .then(() => this.#start(node))
      // Its port has been taken meanwhile: the lane goes to the site's own gateway from then on.
      .catch(() => this.#forget(lane));
    return true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#nodes.keys()].map((lane) => this.#forget(lane)));
  }

  async #start(node: VisitorNode): Promise<void> {
    const { make, path, prepare } = this.#options;
    const app = express().disable('x-powered-by');
    const server = createServer(app);
    // Once it listens, this is a connection that could not be taken, which ends nothing.
    server.on('error', () => undefined);
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    const gateway = make(NODE_HEARTBEAT_MS);
    const leave = prepare(app, server);
    app.use(path || '/', gateway.handler);
    gateway.attach(server, { requests: false });
    const running = { gateway, server, sockets, leave };
    try {
      await gateway.ready();
      server.listen(node.port, '127.0.0.1');
      await once(server, 'listening');
    } catch (error) {
      await end(running);
      throw error;
    }
    // Forgotten meanwhile.
    if (![...this.#nodes.values()].includes(node)) return end(running);
    node.port = (server.address() as AddressInfo).port;
    node.running = running;
  }

  async #forget(lane: string): Promise<void> {
    const node = this.#nodes.get(lane);
    this.#nodes.delete(lane);
    clearTimeout(node?.expires);
    if (node?.running != null) await end(node.running);
  }
}

/** Which of them nobody has asked about for the longest time. */
function longestUnasked(nodes: Iterable<[string, VisitorNode]>): { readonly lane: string; readonly ms: number } | null {
  const now = performance.now();
  const unasked = [...nodes].map(([lane, { askedAt }]) => ({ lane, ms: now - askedAt }));
  return unasked.sort((one, other) => other.ms - one.ms)[0] ?? null;
}

/** Ends a gateway as at a new release: its clients are told to come back, and who does not go is cut. */
async function end({ gateway, server, sockets, leave }: Running): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await gateway.close();
  leave();
  for (const socket of sockets) socket.destroy();
  await closed;
}
