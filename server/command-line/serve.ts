import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import express, { type RequestHandler } from 'express';
import type { DemoOptions } from '../../demo/index.js';
import { DEMO_LIMITS } from '../../demo/limits.js';
import { PushError } from '../../transports/error.js';
import type { Authorize } from '../access/access.js';
import type { Bus, Retention } from '../bus/bus.js';
import { FileBus } from '../bus/file/file-bus.js';
import { MemoryBus } from '../bus/memory-bus.js';
import type { Gateway } from '../gateway.js';
import { createGateway } from '../gateway.js';
import { Hosts } from '../hosts.js';
import { DEFAULT_LIMITS, type Limits } from '../limits/limits.js';
import type { FullPolicy } from '../limits/seats.js';
import { sendProblem, toPushError } from '../problem.js';
import type { BusChoice } from './bus-choice.js';
import { type AccessOptions, accessFrom, hostsFrom, isPublic } from './serve-access.js';
import { connectionsOf, type ListenOptions, listen, openServer } from './serve-listen.js';
import { openLog } from './serve-log.js';
import { UsageError } from './usage.js';

/** What `pushgate serve` was told, as commander read it. */
export interface ServeOptions extends AccessOptions, ListenOptions {
  /** Begins with a slash and ends without one; the root is the empty text. */
  readonly path: string;
  readonly transport?: readonly string[];
  readonly bus: BusChoice;
  readonly newEpoch?: boolean;
  readonly retain: number;
  readonly retainBytes: number;
  /** In seconds. */
  readonly retainAge: number;
  readonly retainTotal: number;
  readonly latestOnly?: readonly string[];
  /** In seconds. */
  readonly heartbeat: number;
  /** In seconds. */
  readonly notice: number;
  /** In seconds. */
  readonly drain: number;
  readonly maxMessage?: number;
  readonly maxBody?: number;
  readonly maxChannels?: number;
  readonly maxPerAddress?: number;
  readonly maxPerUser?: number;
  readonly whenFull: FullPolicy;
  readonly publishRate?: number;
  readonly trustProxy?: readonly string[];
  readonly logLevel: string;
  readonly demo?: boolean;
}

/** How long connections may take to end by themselves once the gateway has said goodbye. */
const PATIENCE_MS = 3_000;

const OPEN_WARNING =
  'Warning: whoever reaches this address may listen to every channel and publish on it. Ask for tokens with ' +
  '--jwt-secret-file, --jwt-public-key or --jwks, or listen on 127.0.0.1.';

/** Runs a gateway until it is told to stop; resolves with the exit status. */
export async function serve(options: ServeOptions): Promise<number> {
  const bus = await openBus(options);
  try {
    return await serveFrom(bus, options);
  } finally {
    await bus.close();
  }
}

async function serveFrom(bus: Bus, options: ServeOptions): Promise<number> {
  const authorize = accessOf(options);
  const hosts = await hostsFrom(options);
  const gateway = openGateway(options, bus, authorize, hosts);
  await gateway.ready();
  const app = express().disable('x-powered-by').use(only(hosts));
  const server = openServer(options, app);
  const connections = connectionsOf(server);
  // One that its visitors close has nobody to give notice to.
  const another = (heartbeatMs: number) => {
    const heartbeat = Math.min(options.heartbeat, heartbeatMs / 1_000);
    return openGateway({ ...options, notice: 0, heartbeat }, bus, authorize, hosts);
  };
  const { path, trustProxy: trustedProxies = [] } = options;
  const site = { app, server, gateway, path, another, trustedProxies };
  const demo = options.demo === true ? await openDemo(site) : null;
  // The site counts and blocks what passes through the app; without it, nothing has to.
  if (demo === null) gateway.attach(server);
  else {
    app.use(options.path || '/', (request, response) => gateway.handler(request, response));
    gateway.attach(server, { requests: false });
  }
  app.use(elsewhere(options));
  await listen(server, options, openLog(options.logLevel));
  // Whoever has read where it listens may stop it.
  const stopped = stopSignal();
  announce(server, options, authorize !== null);

  await stopped;
  process.stdout.write('Stopping: every client is told to come back later. A second signal stops at once.\n');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  await drain(gateway, options);
  await demo?.close();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const force = setTimeout(() => {
    for (const socket of connections) socket.destroy();
  }, PATIENCE_MS);
  await closed;
  clearTimeout(force);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeAllListeners(signal);
  return 0;
}

/**
 * Sends every client away, and stays for as long as they are on their way elsewhere: until then a load balancer that asks
 * for health gets an answer, and who is sent here nevertheless is told when to come back. Without clients, nobody waits.
 */
async function drain(gateway: Gateway, { notice, drain }: ServeOptions): Promise<void> {
  let sentAway = 0;
  const stop = gateway.on('disconnect', () => {
    sentAway += 1;
  });
  const doneAt = performance.now() + (notice + drain) * 1_000;
  await gateway.close();
  stop();
  if (sentAway > 0) await pause(Math.max(0, doneAt - performance.now()));
}

function openBus({
  bus,
  newEpoch = false,
  retain,
  retainBytes,
  retainAge,
  retainTotal,
}: ServeOptions): Promise<Bus> | Bus {
  const retention: Retention = {
    count: retain,
    bytes: retainBytes,
    ageMs: retainAge * 1_000,
    totalBytes: retainTotal,
  };
  switch (bus.engine) {
    case 'memory':
      return new MemoryBus({ retention });
    case 'file':
      return FileBus.open({ directory: bus.directory, retention, newEpoch });
    default:
      return bus satisfies never;
  }
}

function accessOf(options: ServeOptions): Authorize | null {
  const authorize = orUsageError(() => accessFrom(options));
  // Its visitors have no tokens.
  if (authorize !== null && options.demo === true) {
    throw new UsageError('--demo is there for everybody to try; leave it out where tokens are asked for.');
  }
  return authorize;
}

function openGateway(options: ServeOptions, bus: Bus, authorize: Authorize | null, hosts: readonly string[]): Gateway {
  return orUsageError(() =>
    createGateway({
      bus,
      path: options.path,
      hosts,
      origins: options.origin ?? [],
      heartbeatMs: options.heartbeat * 1_000,
      noticeMs: options.notice * 1_000,
      drainMs: options.drain * 1_000,
      latestOnly: options.latestOnly ?? [],
      limits: limitsOf(options),
      logger: openLog(options.logLevel),
      whenFull: options.whenFull,
      trustedProxies: options.trustProxy ?? [],
      ...(authorize === null ? {} : { authorize }),
      ...(options.transport === undefined ? {} : { transports: options.transport }),
    }),
  );
}

/** What was written on the command line, and else what is usual: a demo's visitors are strangers, as nobody has a token there. */
function limitsOf(options: ServeOptions): Limits {
  const usual: Limits = { ...DEFAULT_LIMITS, ...(options.demo === true ? DEMO_LIMITS : {}) };
  // Larger messages are of no use in the bodies of a demo.
  const { bodyBytes } = options.maxMessage === undefined ? usual : DEFAULT_LIMITS;
  return {
    ...usual,
    messageBytes: options.maxMessage ?? usual.messageBytes,
    bodyBytes: options.maxBody ?? bodyBytes,
    channels: options.maxChannels ?? usual.channels,
    connectionsPerAddress: options.maxPerAddress ?? usual.connectionsPerAddress,
    connectionsPerUser: options.maxPerUser ?? usual.connectionsPerUser,
    publishesPerSecond: options.publishRate ?? usual.publishesPerSecond,
  };
}

/** Guards the site as the gateway guards itself. */
function only(names: readonly string[]): RequestHandler {
  const hosts = orUsageError(() => new Hosts(names));
  return (request, response, next) => {
    try {
      hosts.check(request);
    } catch (error) {
      return sendProblem(response, toPushError(error));
    }
    next();
  };
}

/** Who was given a wrong base path is told the right one, and with a code, so that clients do not ask again. */
function elsewhere({ path }: ServeOptions): RequestHandler {
  const error = new PushError('NOT_FOUND', `Nothing is here; the gateway is at ${path || '/'}.`);
  return (_request, response) => sendProblem(response, error);
}

/** What the gateway does not take is what somebody wrote on the command line. */
function orUsageError<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof PushError ? new UsageError(error.message) : error;
  }
}

/** The site is a user of the gateway like any other, so it is asked for only when it is wanted. */
async function openDemo(options: DemoOptions) {
  const { startDemo } = await import('../../demo/index.js');
  return startDemo(options);
}

function announce(server: Server, options: ServeOptions, needsToken: boolean): void {
  const { address, family, port } = server.address() as AddressInfo;
  const scheme = options.tlsCert === undefined ? 'http' : 'https';
  const host = family === 'IPv6' ? `[${address}]` : address;
  const site = `${scheme}://${host}:${port}`;
  const header = needsToken ? ` -H "authorization: Bearer $TOKEN"` : '';
  const lines = [`Pushgate listens on ${site}${options.path || '/'}, with its log in ${placeOf(options.bus)}.`];
  if (options.demo === true) lines.push(`The demo site is at  ${site}/`);
  lines.push(
    `Listen with:         curl -N${header} '${site}${options.path}/sse?channel=chat'`,
    `Publish with:        curl${header} -d '{"text":"hi"}' -H 'content-type: application/json' ${site}${options.path}/channels/chat`,
    'Stop with Ctrl-C.',
  );
  process.stdout.write(`${lines.join('\n')}\n`);
  if (!needsToken && isPublic(address)) process.stderr.write(`${OPEN_WARNING}\n`);
}

function placeOf(bus: BusChoice): string {
  return bus.engine === 'memory' ? 'memory' : resolve(bus.directory);
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
}
