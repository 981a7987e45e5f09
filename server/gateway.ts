import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { Server as NetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { catalog } from '../transports/catalog.js';
import { PushError } from '../transports/error.js';
import type { Message } from '../transports/record.js';
import type { ServerTransport } from '../transports/server-transport.js';
import type { Attachment } from './attach.js';
import { attachTo } from './attach.js';
import { APPLICATION } from './author.js';
import type { Bus, Receipt } from './bus/bus.js';
import { MemoryBus } from './bus/memory-bus.js';
import type { ConnectionInfo } from './connection.js';
import { Door } from './door.js';
import { FanOut } from './fan-out.js';
import type { GatewayOptions, GatewaySettings } from './gateway-options.js';
import { settingsOf } from './gateway-options.js';
import { HealthProbe } from './health.js';
import { History } from './history.js';
import { Hosts } from './hosts.js';
import { checkChannel, checkCount, checkName } from './input.js';
import { Crowd } from './limits/crowd.js';
import { Metrics } from './metrics.js';
import { Origins } from './origins.js';
import { peopleRoutes } from './people-routes.js';
import { loadServerHalf } from './server-halves.js';
import type { Method } from './uplink.js';
import { Uplink } from './uplink.js';

/** The events of a gateway, with what their listeners get. */
export interface GatewayEvents {
  connect: [connection: ConnectionInfo];
  disconnect: [connection: ConnectionInfo & { readonly messages: number }];
}

/** What `PublishOptions` adds to a message. */
export interface PublishOptions {
  /** A key that makes this publication unique: the same key on the same channel has its effect once. */
  readonly key?: string;
}

/** A push gateway: one log of messages, and every transport to it. Made by {@link createGateway}. */
export interface Gateway {
  /**
   * The gateway's routes as an Express handler: `app.use('/push', gateway.handler)`. What it does not know it leaves
   * to `next`. WebSocket upgrades do not pass through Express: call {@link attach} as well.
   */
  readonly handler: (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void;
  /**
   * Serves the gateway's path on an HTTP server: upgrades, and requests unless told otherwise. Other paths stay with
   * the listeners that the server has already, and so do upgrades below it that name no transport: where there is another
   * listener for upgrades, that one has to answer them. Returns how to undo it. What Node itself refuses of this server, a
   * head that is too large or too slow, is counted in the metrics. A server that is to carry many channels with long names on
   * one request wants a `maxHeaderSize` above Node's 16 KiB.
   *
   * @throws PushError `BAD_REQUEST` for what is no server
   */
  attach(server: Server | TlsServer, options?: AttachOptions): () => void;
  /** Publishes a message. Resolves with its id when the log has it. @throws PushError */
  publish(channel: string, data: unknown, options?: PublishOptions): Promise<Receipt>;
  /** The last messages of a channel, oldest first. @default limit 50 @throws PushError */
  history(channel: string, options?: { readonly limit?: number }): Promise<readonly Message[]>;
  /** Registers a function that clients may call by name. @throws PushError when the name is taken */
  handle(method: string, call: Method): void;
  /** Listens to connections; returns how to stop. */
  on<Name extends keyof GatewayEvents>(name: Name, listener: (...args: GatewayEvents[Name]) => void): () => void;
  /** Resolves when the transports are loaded and the bus is followed. Requests that come earlier wait. */
  ready(): Promise<void>;
  /**
   * Drains: health is not ready any more, and after the notice that the options give, every connection ends with a bye
   * that has its own time to come back. Resolves when they are gone; the bus is closed then if the gateway made it. Servers
   * that it is attached to go on being answered, with a 503 that asks to come back.
   */
  close(): Promise<void>;
}

/** Options of {@link Gateway.attach}. */
export interface AttachOptions {
  /** `false` for upgrades only, when an Express app on this server has the handler. @default true */
  readonly requests?: boolean;
}

/**
 * Makes a gateway.
 *
 * @example
 * const gateway = createGateway();
 * app.use('/push', gateway.handler);
 * gateway.attach(app.listen(8080), { requests: false });
 * await gateway.publish('chat', { text: 'hi' });
 *
 * @throws PushError `BAD_REQUEST` for an option that makes no sense
 */
export function createGateway(options: GatewayOptions = {}): Gateway {
  return new PushGateway(options);
}

class PushGateway implements Gateway {
  readonly #settings: GatewaySettings;
  readonly #bus: Bus;
  readonly #ownsBus: boolean;
  readonly #fanOut: FanOut;
  readonly #crowd: Crowd;
  readonly #metrics: Metrics;
  readonly #uplink: Uplink;
  readonly #door: Door;
  readonly #events = new EventEmitter<GatewayEvents>();
  readonly #transports = new Map<string, ServerTransport>();
  readonly #names: ReadonlySet<string>;
  readonly #loaded: Promise<void>;
  readonly #attachments = new Set<Attachment>();
  readonly #history: History;
  readonly #health: HealthProbe;
  #takesUpgrades = false;
  #knowsMount = false;
  #closing: Promise<void> | null = null;

  constructor(options: GatewayOptions) {
    this.#settings = settingsOf(options);
    this.#ownsBus = options.bus === undefined;
    this.#bus = options.bus ?? new MemoryBus(options.retention === undefined ? {} : { retention: options.retention });
    const { limits, onError } = this.#settings;
    this.#fanOut = new FanOut(this.#bus, {
      heartbeatMs: this.#settings.transport.heartbeatMs,
      stalledMs: this.#settings.stalledMs,
      latestOnly: this.#settings.latestOnly,
      failed: onError,
      hello: (position) => ({
        type: 'hello',
        ...position,
        heartbeatMs: this.#settings.transport.heartbeatMs,
        limits: { messageBytes: limits.messageBytes, channels: limits.channels, operations: limits.operations },
        transports: this.#offer(),
      }),
    });
    this.#uplink = new Uplink(this.#bus, {
      limits,
      callTimeoutMs: this.#settings.callTimeoutMs,
      failed: onError,
    });
    this.#crowd = new Crowd(limits, this.#settings.whenFull);
    this.#history = new History(this.#bus);
    this.#health = new HealthProbe(this.#bus, onError);
    const metrics = new Metrics(this.#bus);
    this.#metrics = metrics;
    const { transports = catalog } = options;
    this.#names = new Set(transports.map(nameOf));
    this.#loaded = this.#load(transports);
    this.#loaded.catch(onError);
    this.#door = new Door({
      settings: this.#settings,
      hosts: new Hosts(options.hosts ?? ['*']),
      origins: new Origins(options.origins ?? []),
      fanOut: this.#fanOut,
      uplink: this.#uplink,
      authorize: options.authorize ?? null,
      crowd: this.#crowd,
      metrics,
      people: peopleRoutes({
        settings: this.#settings,
        uplink: this.#uplink,
        history: this.#history,
        health: this.#health,
        metrics,
      }),
      transports: this.#transports,
      loaded: this.#loaded,
      offer: () => this.#offer(),
      answers: (server) => this.#answers(server),
      connected: (make) => this.#tell('connect', make),
      disconnected: (make) => this.#tell('disconnect', make),
    });
  }

  readonly handler = (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): void => {
    if (!this.#knowsMount) this.#compareMount(request);
    void this.#door.request(request, response, next);
  };

  attach(server: Server | TlsServer, { requests = true }: AttachOptions = {}): () => void {
    const given: unknown = server;
    if (!(given instanceof NetServer)) {
      throw new PushError(
        'BAD_REQUEST',
        'Attach to an http or https server; for an Express app, to what app.listen() returns.',
      );
    }
    this.#takesUpgrades = true;
    const attachment = attachTo(server, this.#settings.path, {
      ...(requests ? { request: (...given) => void this.#door.request(...given) } : {}),
      claims: (name) => this.#names.has(name),
      upgrade: (request, socket, head) => void this.#door.upgrade(request, socket, head),
      watch: (response) => this.#door.watch(response),
      refusedHead: (code) => {
        this.#metrics.refused(code);
        this.#settings.logger.debug({ code }, 'refused before it was a request');
      },
    });
    this.#attachments.add(attachment);
    return () => {
      attachment.leaveUpgrades();
      attachment.leaveRequests();
      this.#attachments.delete(attachment);
      this.#door.leaveServer(server);
    };
  }

  async publish(channel: string, data: unknown, { key }: PublishOptions = {}): Promise<Receipt> {
    const keyed = key === undefined ? {} : { key: checkName(key, 'key') };
    return this.#uplink.publish({ channel: checkChannel(channel), data, ...keyed }, APPLICATION);
  }

  async history(channel: string, { limit = 50 }: { readonly limit?: number } = {}): Promise<readonly Message[]> {
    const count = checkCount(String(limit), 'limit', 50, this.#settings.limits.history);
    // What the application asks for, it has the memory for.
    const bytes = Number.POSITIVE_INFINITY;
    const page: { messages: Message[] } = JSON.parse(await this.#history.read(checkChannel(channel), count, bytes));
    return page.messages;
  }

  handle(method: string, call: Method): void {
    const given: unknown = call;
    if (typeof given !== 'function') throw new PushError('BAD_REQUEST', `What answers "${method}" is a function.`);
    this.#uplink.handle(checkName(method, 'method'), call);
  }

  on<Name extends keyof GatewayEvents>(name: Name, listener: (...args: GatewayEvents[Name]) => void): () => void {
    const emitter: EventEmitter = this.#events;
    emitter.on(name, listener);
    return () => emitter.off(name, listener);
  }

  async ready(): Promise<void> {
    await Promise.all([this.#loaded, this.#fanOut.ready()]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { noticeMs, drainMs, logger } = this.#settings;
    this.#health.drain();
    this.#door.leave();
    if (noticeMs > 0) {
      logger.info({ noticeMs }, 'closing: health is not ready from now on');
      await pause(noticeMs);
    }
    this.#door.close();
    logger.info({ drainMs }, 'closing: every client is told to come back');
    // Requests are still answered, with a 503: a server without a listener for them would let them hang.
    for (const attachment of this.#attachments) attachment.leaveUpgrades();
    await this.#fanOut.close('the gateway is closing', drainMs);
    this.#door.end();
    this.#crowd.close();
    this.#metrics.close();
    if (this.#ownsBus) await this.#bus.close();
  }

  async #load(transports: readonly (string | ServerTransport)[]): Promise<void> {
    const halves = await Promise.all(
      transports.map((transport) => (typeof transport === 'string' ? loadServerHalf(transport) : transport)),
    );
    for (const half of halves) this.#transports.set(half.name, half);
  }

  /** An app that has the handler under another path than the upgrades would never have a WebSocket, and nothing would say so. */
  #compareMount(request: IncomingMessage): void {
    this.#knowsMount = true;
    const { path } = this.#settings;
    const mounted = 'baseUrl' in request ? request.baseUrl : path;
    if (mounted === path || !this.#takesUpgrades) return;
    process.emitWarning(
      `The gateway's handler is mounted at "${mounted}", and its upgrades are taken at "${path}": WebSocket will not work. Say createGateway({ path: '${mounted}' }).`,
      'PushgateWarning',
    );
  }

  /** Without a server attached there are no upgrades, and it would be of no use to offer any. */
  #offer(): string[] {
    const halves = [...this.#transports.values()];
    return halves.filter((half) => half.carries !== 'upgrade' || this.#takesUpgrades).map((half) => half.name);
  }

  #answers(server: Server): boolean {
    for (const attachment of this.#attachments) if (attachment.answers(server)) return true;
    return false;
  }

  /** Calls listeners, but not from inside a delivery: what they publish must not come into the middle of it. */
  #tell<Name extends keyof GatewayEvents>(name: Name, make: () => GatewayEvents[Name][0]): void {
    const emitter: EventEmitter = this.#events;
    if (emitter.listenerCount(name) === 0) return;
    const told = make();
    process.nextTick(() => emitter.emit(name, told));
  }
}

function nameOf(transport: string | ServerTransport): string {
  if (typeof transport !== 'string') return transport.name;
  if (catalog.includes(transport)) return transport;
  throw new PushError('BAD_REQUEST', `There is no transport "${transport}"; there are ${catalog.join(', ')}.`);
}
