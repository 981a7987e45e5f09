import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Express } from 'express';
import type { Gateway } from '../server/index.js';
import { offerBenchmark } from './benchmark.js';
import { Blocks } from './blocks.js';
import { BareFeed } from './breaking/bare-feed.js';
import { VisitorNodes } from './breaking/visitor-nodes.js';
import { Captures } from './capture.js';
import { captureRoutes } from './capture-routes.js';
import { Connected, connectedRoutes } from './connected.js';
import { Costs } from './costs.js';
import { demoRoutes } from './demo-routes.js';
import { standBefore } from './gate.js';
import { LaneNetwork } from './lane-network.js';
import { MachineFeed } from './machine.js';
import { RaceServer } from './race/race-server.js';
import { limitRate } from './rate.js';
import { BARE_PATH } from './site/words/bare-feed.js';
import { siteFiles } from './site-files.js';
import { Tap } from './tap.js';
import { Turnstile } from './turnstile.js';
import { offerUses } from './uses/uses.js';
import { visitorsBehind } from './visitors.js';

export { DEMO_LIMITS } from './limits.js';

/** What the demo is made of. */
export interface DemoOptions {
  /** The app on which the gateway is going to be mounted; it MUST NOT be there yet, for the demo stands before it. */
  readonly app: Express;
  /** The server of the app, to which the gateway is attached for upgrades. */
  readonly server: Server | TlsServer;
  readonly gateway: Gateway;
  /** The gateway's base path, without a slash at its end. @default '/push' */
  readonly path?: string;
  /**
   * Makes a further gateway on the log of this one: visitors on the same machine close such a gateway and start it again.
   * It is told how often that is to send a heartbeat at least, in milliseconds. Absent: they cannot.
   */
  readonly another?: (heartbeatMs: number) => Gateway;
  /**
   * Proxies whose `X-Forwarded-For` is believed, as the gateway takes them: what one visitor may have of what all share goes by
   * his address. @default []
   */
  readonly trustedProxies?: readonly string[];
}

/** A running demo. */
export interface Demo {
  /** Stops the feed and the network that visitors break, and lets go of the server. What was mounted on the app stays there. */
  close(): Promise<void>;
}

/**
 * Starts the demo site at `/` and its live feed.
 *
 * @example
 * const gateway = createGateway({ path: '/push', limits: DEMO_LIMITS });
 * const demo = startDemo({ app, server, gateway, path: '/push' });
 * app.use('/push', gateway.handler);
 * gateway.attach(server, { requests: false });
 */
export function startDemo(options: DemoOptions): Demo {
  const { app, server, gateway, path = '/push', another, trustedProxies = [] } = options;
  const visitorOf = visitorsBehind(trustedProxies);
  const costs = new Costs();
  const blocks = new Blocks();
  const turnstile = new Turnstile(blocks);
  const bare = new BareFeed(visitorOf);
  const captures = new Captures();
  /** Puts what stands before a gateway before this one; returns how to let go of the server. */
  const prepare = (app: Express, server: Server | TlsServer) => {
    const tap = new Tap(server, captures, (socket, bytes) => costs.written(socket, bytes));
    const openGate = standBefore({ app, server, path, costs, turnstile, tap, visitorOf });
    app.get(`${BARE_PATH}/sse`, bare.stream);
    const giveBack = bare.takeUpgrades(server);
    return () => {
      openGate();
      tap.close();
      giveBack();
    };
  };
  const nodes = another === undefined ? null : new VisitorNodes({ make: another, path, prepare });
  const network = new LaneNetwork({ server, path, blocks, nodeOf: (lane) => nodes?.portFor(lane) ?? null });
  const leave = prepare(app, server);
  const feed = new MachineFeed(gateway, (figures) => bare.send(figures));
  const connected = new Connected(gateway);
  const stopUses = offerUses(gateway);
  const stopBenchmark = offerBenchmark(gateway);
  const race = new RaceServer({ server, gateway, path, visitorOf });
  app.use('/demo', limitRate(visitorOf));
  app.use('/demo', demoRoutes({ costs, blocks, turnstile, network, nodes, visitorOf, feed, others: [race.routes] }));
  app.use('/demo', captureRoutes(captures, visitorOf), connectedRoutes(connected));
  app.use(siteFiles(path, network));
  return {
    async close() {
      feed.close();
      connected.close();
      stopUses();
      stopBenchmark();
      leave();
      bare.close();
      captures.close();
      await Promise.all([network.close(), nodes?.close(), race.close()]);
    },
  };
}
