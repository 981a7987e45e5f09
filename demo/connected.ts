import { Router } from 'express';
import type { ConnectionInfo, Gateway } from '../server/index.js';
import { type ConnectedReport, NEWEST, type OpenDownlink } from './site/words/connected.js';
import { CHAT_CHANNEL, MACHINE_CHANNEL } from './site/words/machine-figures.js';

/** The channels that the site itself names to everybody. */
const KNOWN: ReadonlySet<string> = new Set([MACHINE_CHANNEL, CHAT_CHANNEL]);

/** A connection as it was when it was opened. */
interface Opened {
  readonly transport: string;
  readonly channels: readonly string[];
  /** In milliseconds, as `performance.now` tells them. */
  readonly at: number;
}

/** Counts and lists what is connected to the gateway now, and tells nobody's name. */
export class Connected {
  /** Connections that stand for each other, oldest first. */
  readonly #open = new Map<string, readonly Opened[]>();
  /** All of them, in the order in which they were opened. */
  readonly #all = new Set<Opened>();
  readonly #transports = new Map<string, { connections: number; subscriptions: number }>();
  readonly #channels = new Map<string, number>();
  readonly #undo: readonly (() => void)[];

  constructor(gateway: Gateway) {
    this.#undo = [
      gateway.on('connect', (connection) => {
        const { transport, channels } = connection;
        const key = keyOf(connection);
        const opened = { transport, channels, at: performance.now() };
        this.#open.set(key, [...(this.#open.get(key) ?? []), opened]);
        this.#all.add(opened);
        this.#count(transport, channels, 1);
      }),
      gateway.on('disconnect', (connection) => {
        const key = keyOf(connection);
        const open = this.#open.get(key) ?? [];
        // It may have other channels by now than those that it was counted with.
        const asked = connection.channels.join(' ');
        const opened = open.find(({ channels }) => channels.join(' ') === asked) ?? open[0];
        if (opened === undefined) return;
        const others = open.filter((other) => other !== opened);
        if (others.length > 0) this.#open.set(key, others);
        else this.#open.delete(key);
        this.#all.delete(opened);
        this.#count(opened.transport, opened.channels, -1);
      }),
    ];
  }

  report(): ConnectedReport {
    const newest = [...this.#all].slice(-NEWEST).reverse().map(toldOf);
    return { transports: Object.fromEntries(this.#transports), channels: this.#channels.size, newest };
  }

  close(): void {
    for (const step of this.#undo) step();
  }

  #count(transport: string, channels: readonly string[], change: 1 | -1): void {
    const open = this.#transports.get(transport) ?? { connections: 0, subscriptions: 0 };
    open.connections += change;
    open.subscriptions += change * channels.length;
    this.#transports.set(transport, open);
    for (const channel of channels) {
      const listeners = (this.#channels.get(channel) ?? 0) + change;
      if (listeners > 0) this.#channels.set(channel, listeners);
      else this.#channels.delete(channel);
    }
  }
}

function toldOf({ transport, channels, at }: Opened): OpenDownlink {
  const known = channels.filter((channel) => KNOWN.has(channel));
  const seconds = Math.floor((performance.now() - at) / 1_000);
  return { transport, seconds, channels: known, others: channels.length - known.length };
}

/** Connections of one client over one transport stand for each other. */
function keyOf({ transport, client, address }: ConnectionInfo): string {
  return JSON.stringify([transport, client, address]);
}

/** `GET /demo/connected`. */
export function connectedRoutes(connected: Connected): Router {
  const router = Router();
  router.get('/connected', (_request, response) => {
    response.set('Cache-Control', 'no-store').json(connected.report());
  });
  return router;
}
