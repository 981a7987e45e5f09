import { Router } from 'express';
import type { ConnectionInfo, Gateway } from '../server/index.js';
import type { ConnectedReport } from './site/words/connected.js';

/** Counts what is connected to the gateway now, and tells nobody's name. */
export class Connected {
  /** The channels of each connection, as it asked for them when it was opened. */
  readonly #open = new Map<string, (readonly string[])[]>();
  readonly #transports = new Map<string, { connections: number; subscriptions: number }>();
  readonly #channels = new Map<string, number>();
  readonly #undo: readonly (() => void)[];

  constructor(gateway: Gateway) {
    this.#undo = [
      gateway.on('connect', (connection) => {
        const key = keyOf(connection);
        this.#open.set(key, [...(this.#open.get(key) ?? []), connection.channels]);
        this.#count(connection.transport, connection.channels, 1);
      }),
      gateway.on('disconnect', (connection) => {
        // It may have other channels by now than those that it was counted with.
        const key = keyOf(connection);
        const [channels = [], ...others] = this.#open.get(key) ?? [];
        if (others.length > 0) this.#open.set(key, others);
        else this.#open.delete(key);
        this.#count(connection.transport, channels, -1);
      }),
    ];
  }

  report(): ConnectedReport {
    return { transports: Object.fromEntries(this.#transports), channels: this.#channels.size };
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
