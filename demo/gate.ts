import type { IncomingMessage, Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Express, RequestHandler } from 'express';
import { watchUpgrades } from '../server/index.js';
import type { Costs } from './costs.js';
import { passageOf } from './passage.js';
import type { Tap } from './tap.js';
import type { Turnstile } from './turnstile.js';
import type { VisitorOf } from './visitors.js';

/** What stands between the network and the gateway. */
export interface GateOptions {
  readonly app: Express;
  readonly server: Server | TlsServer;
  /** The gateway's base path. */
  readonly path: string;
  readonly costs: Costs;
  readonly turnstile: Turnstile;
  readonly tap: Tap;
  readonly visitorOf: VisitorOf;
}

/**
 * Puts a gate before the gateway, which knows nothing of it: every request and upgrade is counted, shown
 * to the tap, and never arrives if it is one to a blocked transport. Returns how to take it away again from the server; from the app it cannot be taken.
 */
export function standBefore({ app, server, path, costs, turnstile, tap, visitorOf }: GateOptions): () => void {
  const watch: RequestHandler = (request, response, next) => {
    const { lane, transport, isBare } = passageOf(request.url ?? '/', path);
    const { socket } = request;
    const paid = costs.begin(isBare ? null : lane, socket, visitorOf(request));
    response.once('close', paid).once('close', tap.begin(isBare ? null : lane, request, false));
    if (lane === null || transport === null) return next();
    const left = turnstile.enter(lane, { transport, socket, isBare });
    if (left === null) return;
    response.once('close', left);
    next();
  };
  app.use(watch);

  const watchUpgrade = (request: IncomingMessage): void => {
    const { lane, transport, isBare } = passageOf(request.url ?? '/', path);
    const { socket } = request;
    socket
      .once('close', costs.begin(isBare ? null : lane, socket, visitorOf(request)))
      .once('close', tap.begin(isBare ? null : lane, request, true));
    if (lane === null || transport === null) return;
    const left = turnstile.enter(lane, { transport, socket, isBare });
    if (left !== null) socket.once('close', left);
  };
  // Before the gateway's own listener, which then finds a socket that is gone and gives up.
  return watchUpgrades(server, watchUpgrade);
}
