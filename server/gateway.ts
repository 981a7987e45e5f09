import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { catalog } from '../transports/catalog.js';
import { PushError } from '../transports/error.js';
import type { Message } from '../transports/record.js';
import type { RequestTransport, ServerTransport, Sink, UpgradeTransport } from '../transports/server-transport.js';
import { type Attachment, attachTo } from './attach.js';
import type { Bus, Receipt } from './bus/bus.js';
import { MemoryBus } from './bus/memory-bus.js';
import type { Downlink } from './downlink.js';
import { readDownlinkQuery } from './downlink-query.js';
import { FanOut } from './fan-out.js';
import { performFrame } from './frame.js';
import type { GatewayOptions, GatewaySettings } from './gateway-options.js';
import { settingsOf } from './gateway-options.js';
import { HealthProbe } from './health.js';
import { History } from './history.js';
import { checkChannel, checkCount, checkName } from './input.js';
import { Metrics } from './metrics.js';
import type { DownlinkRequest } from './node-log.js';
import { Origins, PREFLIGHT_HEADERS } from './origins.js';
import { PEOPLE_PATHS, peopleRoutes } from './people-routes.js';
import { refuseUpgrade, sendProblem, toPushError } from './problem.js';
import { loadServerHalf } from './server-halves.js';
import type { Method } from './uplink.js';
import { Uplink } from './uplink.js';

/** A downlink that was opened or has ended. */
export interface ConnectionInfo {
  readonly transport: string;
  /** The name that the client gave itself. */
  readonly client: string | null;
  readonly channels: readonly string[];
  readonly address: string;
}

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
   * the listeners that the server has already. Returns how to undo it.
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
   * Ends every connection with a bye, and closes the bus if the gateway made it. Servers that it is attached to go on
   * being answered, with a 503 that asks to come back.
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
  readonly #uplink: Uplink;
  readonly #origins: Origins;
  readonly #metrics = new Metrics();
  readonly #people: (request: IncomingMessage, response: ServerResponse) => void;
  readonly #events = new EventEmitter<GatewayEvents>();
  readonly #transports = new Map<string, ServerTransport>();
  readonly #loaded: Promise<void>;
  readonly #attachments = new Set<Attachment>();
  readonly #history: History;
  #takesUpgrades = false;
  #closing: Promise<void> | null = null;

  constructor(options: GatewayOptions) {
    this.#settings = settingsOf(options);
    this.#origins = new Origins(options.origins ?? []);
    this.#ownsBus = options.bus === undefined;
    this.#bus = options.bus ?? new MemoryBus(options.retention === undefined ? {} : { retention: options.retention });
    const { limits, onError } = this.#settings;
    this.#fanOut = new FanOut(this.#bus, {
      heartbeatMs: this.#settings.transport.heartbeatMs,
      stalledMs: this.#settings.stalledMs,
      failed: onError,
      hello: (position) => ({
        type: 'hello',
        ...position,
        heartbeatMs: this.#settings.transport.heartbeatMs,
        limits: { messageBytes: limits.messageBytes, channels: limits.channels },
        transports: this.#offer(),
      }),
    });
    this.#uplink = new Uplink(this.#bus, {
      limits,
      callTimeoutMs: this.#settings.callTimeoutMs,
      failed: onError,
    });
    this.#history = new History(this.#bus);
    this.#people = peopleRoutes({
      settings: this.#settings,
      uplink: this.#uplink,
      history: this.#history,
      health: new HealthProbe(this.#bus),
      metrics: this.#metrics,
    });
    this.#loaded = this.#load(options.transports ?? catalog);
    this.#loaded.catch(onError);
  }

  readonly handler = (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): void => {
    const { name, query } = addressOf(request.url ?? '/');
    void this.#route(name, query, request, response, next);
  };

  attach(server: Server | TlsServer, { requests = true }: AttachOptions = {}): () => void {
    this.#takesUpgrades = true;
    const attachment = attachTo(server, this.#settings.path, {
      ...(requests ? { request: (request, response) => this.handler(request, response) } : {}),
      upgrade: (request, socket, head) => void this.#upgrade(request, socket, head),
    });
    this.#attachments.add(attachment);
    return () => {
      attachment.leaveUpgrades();
      attachment.leaveRequests();
      this.#attachments.delete(attachment);
    };
  }

  async publish(channel: string, data: unknown, { key }: PublishOptions = {}): Promise<Receipt> {
    const keyed = key === undefined ? {} : { key: checkName(key, 'key') };
    return this.#uplink.publish({ channel: checkChannel(channel), data, ...keyed }, null);
  }

  async history(channel: string, { limit = 50 }: { readonly limit?: number } = {}): Promise<readonly Message[]> {
    const count = checkCount(String(limit), 'limit', 50, this.#settings.limits.history);
    const page: { messages: Message[] } = JSON.parse(await this.#history.read(checkChannel(channel), count));
    return page.messages;
  }

  handle(method: string, call: Method): void {
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
    // Requests are still answered, with a 503: a server without a listener for them would let them hang.
    for (const attachment of this.#attachments) attachment.leaveUpgrades();
    await this.#fanOut.close('the gateway is closing', this.#settings.drainMs);
    if (this.#ownsBus) await this.#bus.close();
  }

  async #load(transports: readonly (string | ServerTransport)[]): Promise<void> {
    const halves = await Promise.all(
      transports.map((transport) => (typeof transport === 'string' ? loadServerHalf(transport) : transport)),
    );
    for (const half of halves) this.#transports.set(half.name, half);
  }

  /** Without a server attached there are no upgrades, and it would be of no use to offer any. */
  #offer(): string[] {
    const halves = [...this.#transports.values()];
    return halves.filter((half) => half.carries === 'request' || this.#takesUpgrades).map((half) => half.name);
  }

  async #route(
    name: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
    next?: (error?: unknown) => void,
  ): Promise<void> {
    try {
      await this.#loaded;
      const transport = this.#transports.get(name);
      if (transport === undefined && !PEOPLE_PATHS.has(name)) {
        if (next !== undefined) return next();
        throw new PushError('NOT_FOUND', `Nothing is here; the transports are ${this.#offer().join(', ')}.`);
      }
      for (const [header, value] of Object.entries(this.#origins.admit(request))) response.setHeader(header, value);
      response.setHeader('X-Content-Type-Options', 'nosniff');
      if (request.method === 'OPTIONS') {
        response.writeHead(204, PREFLIGHT_HEADERS).end();
      } else if (this.#closing !== null) {
        throw new PushError('UNAVAILABLE', 'The gateway is closing; come back in a moment.');
      } else if (transport === undefined) {
        this.#people(request, response);
      } else if (transport.carries === 'upgrade') {
        response.setHeader('Upgrade', 'websocket').setHeader('Connection', 'Upgrade');
        throw new PushError('UPGRADE_REQUIRED', 'Connect with a WebSocket, or ask for another transport.');
      } else {
        await this.#serve(transport, query, request, response);
      }
    } catch (error) {
      const shown = this.#refuse(error);
      sendProblem(response, shown);
    }
  }

  async #serve(
    transport: RequestTransport,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD, OPTIONS');
      throw new PushError('METHOD_NOT_ALLOWED', `A downlink is asked for with GET, not ${request.method}.`);
    }
    const downlink = readDownlinkQuery(request, query, this.#settings.limits);
    if (downlink.channels.size === 0) {
      throw new PushError('CHANNEL_MISSING', 'Say what to listen to: add ?channel=<name>, as often as you like.');
    }
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'Cache-Control': 'no-store' }).end();
      return;
    }
    // Gone while the application or the gateway made it wait: nothing would ever tell the half.
    if (response.destroyed) return;
    await transport.serve({
      request,
      response,
      query,
      settings: this.#settings.transport,
      allows: (origin) => this.#origins.allows(origin, request),
      flow: (sink) => this.#open(transport.name, downlink, request, sink),
      once: async (format) => {
        this.#metrics.connected.inc({ transport: transport.name });
        const { packet, messages } = await this.#fanOut.once(downlink, format, query.get('hello') === '1');
        this.#metrics.deliveries.inc({ transport: transport.name }, messages);
        return packet;
      },
    });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Node has let go of the socket; an error on it before a transport takes it over would end the process.
    const ignore = () => socket.destroy();
    socket.on('error', ignore);
    try {
      await this.#loaded;
      const { name, query } = addressOf((request.url ?? '/').slice(this.#settings.path.length));
      this.#origins.admit(request);
      if (this.#closing !== null) throw new PushError('UNAVAILABLE', 'The gateway is closing; come back in a moment.');
      const transport = this.#transports.get(name);
      if (transport?.carries !== 'upgrade') {
        throw new PushError('NOT_FOUND', 'No transport here takes an upgrade; ask without the Upgrade header.');
      }
      await this.#accept(transport, query, request, socket, head);
      socket.off('error', ignore);
    } catch (error) {
      refuseUpgrade(socket, this.#refuse(error));
    }
  }

  async #accept(
    transport: UpgradeTransport,
    query: URLSearchParams,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const asked = readDownlinkQuery(request, query, this.#settings.limits);
    const caller = { client: asked.client, address: request.socket.remoteAddress ?? '' };
    let downlink: Downlink | null = null;
    await transport.accept({
      request,
      socket,
      head,
      query,
      settings: this.#settings.transport,
      allows: (origin) => this.#origins.allows(origin, request),
      flow: (sink) => {
        downlink = this.#open(transport.name, asked, request, sink);
        return downlink;
      },
      perform: (frame) =>
        performFrame(frame, {
          caller,
          downlink,
          uplink: this.#uplink,
          limits: this.#settings.limits,
          metrics: this.#metrics,
        }),
    });
  }

  #open(transport: string, asked: DownlinkRequest, request: IncomingMessage, sink: Sink<unknown>): Downlink {
    const { client } = asked;
    const address = request.socket.remoteAddress ?? '';
    this.#metrics.connected.inc({ transport });
    this.#metrics.connections.inc({ transport });
    const downlink = this.#fanOut.open(asked, sink, () => {
      this.#metrics.connections.dec({ transport });
      this.#metrics.deliveries.inc({ transport }, downlink.messages);
      const { channels, messages } = downlink;
      this.#tell('disconnect', { transport, client, channels, address, messages });
    });
    this.#tell('connect', { transport, client, channels: [...asked.channels.keys()], address });
    return downlink;
  }

  /** Calls listeners, but not from inside a delivery: what they publish must not come into the middle of it. */
  #tell<Name extends keyof GatewayEvents>(name: Name, ...args: GatewayEvents[Name]): void {
    const emitter: EventEmitter = this.#events;
    if (emitter.listenerCount(name) > 0) process.nextTick(() => emitter.emit(name, ...args));
  }

  #refuse(error: unknown): PushError {
    const shown = toPushError(error);
    if (shown.code === 'INTERNAL') this.#settings.onError(error);
    this.#metrics.refusals.inc({ code: shown.code });
    return shown;
  }
}

/** The first part of a path, and its query. Everything below the gateway's path is named by its first part. */
function addressOf(url: string): { readonly name: string; readonly query: URLSearchParams } {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const [, name = ''] = path.split('/');
  return { name, query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)) };
}
