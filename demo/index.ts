import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Express } from 'express';
import type { Gateway, Limits } from '../server/index.js';
import { Blocks } from './blocks.js';
import { Captures } from './capture.js';
import { captureRoutes } from './capture-routes.js';
import { Connected, connectedRoutes } from './connected.js';
import { Costs } from './costs.js';
import { demoRoutes } from './demo-routes.js';
import { documents } from './documents.js';
import { standBefore } from './gate.js';
import { LaneNetwork } from './lane-network.js';
import { MachineFeed } from './machine.js';
import { siteFiles } from './site-files.js';
import { Tap } from './tap.js';
import { Turnstile } from './turnstile.js';

/** What the demo is made of. */
export interface DemoOptions {
  /** The app on which the gateway is going to be mounted; it MUST NOT be there yet, for the demo stands before it. */
  readonly app: Express;
  /** The server of the app, to which the gateway is attached for upgrades. */
  readonly server: Server | TlsServer;
  readonly gateway: Gateway;
  /** The gateway's base path, without a slash at its end. @default '/push' */
  readonly path?: string;
}

/** A running demo. */
export interface Demo {
  /** Stops the feed and the network that visitors break, and lets go of the server. What was mounted on the app stays there. */
  close(): Promise<void>;
}

/**
 * Limits for a gateway that strangers talk to: a chat line is short, and the machine's figures have some 300 bytes.
 * Pass them to `createGateway`.
 */
export const DEMO_LIMITS: Partial<Limits> = { messageBytes: 4 * 1024, bodyBytes: 64 * 1024, operations: 100 };

/**
 * Starts the demo site at `/` and its live feed.
 *
 * @example
 * const gateway = createGateway({ path: '/push', limits: DEMO_LIMITS });
 * const demo = startDemo({ app, server, gateway, path: '/push' });
 * app.use('/push', gateway.handler);
 * gateway.attach(server, { requests: false });
 */
export function startDemo({ app, server, gateway, path = '/push' }: DemoOptions): Demo {
  const costs = new Costs();
  const blocks = new Blocks();
  const turnstile = new Turnstile(blocks);
  const network = new LaneNetwork({ server, path, blocks });
  const captures = new Captures();
  const tap = new Tap(server, captures);
  const openGate = standBefore({ app, server, path, costs, turnstile, tap });
  const feed = new MachineFeed(gateway);
  const connected = new Connected(gateway);
  app.use('/demo', demoRoutes({ costs, blocks, turnstile, network, run: feed.run }));
  app.use('/demo', captureRoutes(captures), connectedRoutes(connected));
  app.use('/docs', documents());
  app.use(siteFiles(path, network));
  return {
    async close() {
      feed.close();
      connected.close();
      openGate();
      tap.close();
      captures.close();
      await network.close();
    },
  };
}
