import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { Router } from 'express';
import type { Gateway } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import type { VisitorOf } from '../visitors.js';
import { CpuCosts } from './cpu-costs.js';
import { cpuPerMessage } from './cpu-run.js';
import { raceRoutes } from './race-routes.js';
import { Races } from './races.js';
import { Readers } from './readers.js';

/** What the race's server half needs. */
export interface RaceServerOptions {
  readonly server: Server | TlsServer;
  readonly gateway: Gateway;
  /** The gateway's base path. */
  readonly path: string;
  readonly visitorOf: VisitorOf;
}

/** The race's server half: visitors' own publishers, clients on this machine, and the CPU of a message. */
export class RaceServer {
  readonly #readers = new Readers();
  readonly #races: Races;
  readonly #cpuCosts = new CpuCosts(catalog, cpuPerMessage);
  readonly routes: Router;

  constructor({ server, gateway, path, visitorOf }: RaceServerOptions) {
    this.#races = new Races({
      publish: (channel, step) => gateway.publish(channel, step),
      crowd: {
        set: (race, wanted) => {
          const gateway = addressOf(server, path) ?? '';
          const { channel = '', each = 0, pollMs = 0 } = wanted ?? {};
          this.#readers.set({ group: race, gateway, channel, transports: catalog, each, pollMs });
        },
        open: (race) => this.#readers.of(race).open,
        isPossible: () => addressOf(server, path) !== null,
      },
      transports: catalog.length,
      now: () => performance.timeOrigin + performance.now(),
    });
    this.routes = raceRoutes(this.#races, this.#cpuCosts, visitorOf);
  }

  /** Ends every race, and what is measured. */
  async close(): Promise<void> {
    this.#races.close();
    await Promise.all([this.#readers.close(), this.#cpuCosts.close()]);
  }
}

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** The gateway's address for a client on this machine. With TLS there is none: its certificate names somebody else. */
function addressOf(server: Server | TlsServer, path: string): string | null {
  const address = server.address();
  if (server instanceof TlsServer || address === null || typeof address === 'string') return null;
  const host = EVERYWHERE.has(address.address) ? '127.0.0.1' : address.address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}${path}`;
}
