import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { PushError } from '../transports/error.js';
import type { Bye } from '../transports/record.js';
import type {
  RequestExchange,
  ServerTransport,
  Sink,
  UpgradeExchange,
  UpgradeTransport,
} from '../transports/server-transport.js';
import type { Authorize } from './access/access.js';
import { atTime } from './access/expiry.js';
import { OPEN, Permit } from './access/permit.js';
import { AnswerWatch } from './answer-watch.js';
import { scopeOf } from './author.js';
import type { Downlink } from './downlink.js';
import { readDownlinkQuery } from './downlink-query.js';
import type { FanOut } from './fan-out.js';
import type { FrameContext } from './frame.js';
import { Frames } from './frame.js';
import type { GatewaySettings } from './gateway-options.js';
import { flowOfHead } from './head.js';
import type { Hosts } from './hosts.js';
import { readQuery } from './input.js';
import { keepAlive } from './keep-alive.js';
import type { Crowd } from './limits/crowd.js';
import { requestFields } from './logger.js';
import type { Carried, Metrics } from './metrics.js';
import type { DownlinkRequest } from './node-log.js';
import type { Origins } from './origins.js';
import { preflightHeaders } from './origins.js';
import type { PeopleRoutes } from './people-routes.js';
import { PEOPLE_PATHS } from './people-routes.js';
import { refuseUpgrade, sendProblem, toPushError } from './problem.js';
import { isTaken, release, takeOver } from './take-over.js';
import { partsOf, targetOf } from './target.js';
import type { Uplink } from './uplink.js';

/** Without a time to come back: the client's place is taken. */
const REPLACED: Bye = { type: 'bye', reason: 'another client of the same user or address has come' };

/** The client comes back at once, with a new token. */
const EXPIRED: Bye = { type: 'bye', reason: 'expired', retryMs: 0 };

/** How long those who come to a closed door are sent away for, in milliseconds; in between, for as long as it closes. */
const SENT_AWAY_MS = { least: 1_000, most: 5_000 };

/** A downlink that was opened or has ended. */
export interface ConnectionInfo {
  readonly transport: string;
  /** The name that the client gave itself. */
  readonly client: string | null;
  /** Who it is, where `authorize` says so. */
  readonly user: string | null;
  readonly channels: readonly string[];
  readonly address: string;
}

/** What is on a connection, once that is known. Closures that live as long as it hold this, and so not its request. */
interface Seat {
  downlink: Downlink | null;
}

/** What the door opens to. */
export interface DoorOptions {
  readonly settings: GatewaySettings;
  readonly hosts: Hosts;
  readonly origins: Origins;
  readonly fanOut: FanOut;
  readonly uplink: Uplink;
  readonly crowd: Crowd;
  readonly metrics: Metrics;
  /** The routes that are not a downlink. */
  readonly people: PeopleRoutes;
  /** `null` for a gateway that is open to everyone. */
  readonly authorize: Authorize | null;
  /** By name; empty until they are `loaded`. */
  readonly transports: ReadonlyMap<string, ServerTransport>;
  readonly loaded: Promise<void>;
  /** The transports that are on offer at this moment. */
  readonly offer: () => readonly string[];
  readonly connected: (connection: ConnectionInfo) => void;
  readonly disconnected: (connection: ConnectionInfo & { readonly messages: number }) => void;
}

/**
 * Where requests and upgrades come in: checks host, origin, method, query and limits, and hands what is left to a transport
 * or a route. Nothing behind it has to look at these again.
 */
export class Door {
  readonly #options: DoorOptions;
  #state: 'open' | 'leaving' | 'closed' = 'open';
  readonly #answers: AnswerWatch;

  constructor(options: DoorOptions) {
    this.#options = options;
    const { stalledMs, logger } = options.settings;
    this.#answers = new AnswerWatch({
      stalledMs,
      now: () => performance.now(),
      cut: ({ req }) => logger.warn(requestFields(req), 'closed a reader that took nothing of its answer'),
    });
  }

  /**
   * From now on, connections are not kept for a next request: whoever comes again takes a new one, and a balancer that
   * has noticed carries that elsewhere.
   */
  leave(): void {
    this.#state = 'leaving';
  }

  /** From now on, everybody is asked to come back later; only health is still told, to whoever watches over the nodes. */
  close(): void {
    this.#state = 'closed';
  }

  /** Lets go of what is still watched, when nobody is left. */
  end(): void {
    this.#answers.close();
  }

  /** Answers a request; the address is relative to the gateway's path. What is not known here goes to `next`. */
  async request(request: IncomingMessage, response: ServerResponse, next?: () => void): Promise<void> {
    const { transports, loaded, offer, people } = this.#options;
    try {
      if (this.#state !== 'open') response.shouldKeepAlive = false;
      const target = targetOf(request);
      const { name, rest } = partsOf(target.path);
      const find = () => (rest === '' ? transports.get(name) : undefined);
      if (isStream(find())) takeOver(request, response);
      await loaded;
      const transport = find();
      if (transport === undefined && !PEOPLE_PATHS.has(name)) {
        if (next !== undefined) return next();
        throw new PushError('NOT_FOUND', `Nothing is here; the transports are ${offer().join(', ')}.`);
      }
      this.#answers.add(response);
      this.#admit(request, response);
      if (request.method === 'OPTIONS') {
        response.writeHead(204, preflightHeaders(request)).end();
        return;
      }
      if (name !== 'health' && !comesByItself(request)) this.#checkOpen();
      const query = readQuery(target.query);
      const permit = name === 'health' ? OPEN : await this.#authorize(request, name, query);
      if (transport === undefined) people(request, response, permit);
      else await this.#serve(transport, query, request, response, permit);
    } catch (error) {
      sendProblem(response, this.#refuse(error, request));
    }
  }

  /** Answers an upgrade; the address is relative to the gateway's path. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { transports, loaded, hosts, origins } = this.#options;
    // Node has let go of the socket; an error on it before a transport takes it over would end the process.
    const ignore = () => socket.destroy();
    socket.on('error', ignore);
    try {
      await loaded;
      const target = targetOf(request);
      const { name } = partsOf(target.path);
      hosts.check(request);
      origins.admit(request);
      this.#checkOpen();
      const query = readQuery(target.query);
      const transport = transports.get(name);
      if (transport?.carries !== 'upgrade') {
        throw new PushError('NOT_FOUND', 'This transport takes no upgrade; ask without the Upgrade header.');
      }
      const permit = await this.#authorize(request, name, query);
      await this.#accept(transport, query, request, socket, head, permit);
      socket.off('error', ignore);
    } catch (error) {
      refuseUpgrade(request, socket, this.#refuse(error, request));
    }
  }

  #admit(request: IncomingMessage, response: ServerResponse): void {
    const { hosts, origins } = this.#options;
    // First: which origin is the gateway's own depends on it.
    hosts.check(request);
    const headers = origins.admit(request);
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
    response.setHeader('X-Content-Type-Options', 'nosniff');
  }

  /** @throws PushError for who may not come in */
  async #authorize(request: IncomingMessage, name: string, query: URLSearchParams): Promise<Permit> {
    const { authorize, origins } = this.#options;
    if (authorize === null) return OPEN;
    const permit = new Permit(await authorize({ request, name, query }));
    permit.checkTime();
    if (permit.byCookie) origins.checkCookie(request);
    return permit;
  }

  #checkOpen(): void {
    if (this.#state !== 'closed') return;
    // The same time for all: who comes spread out is sent away spread out.
    const { drainMs } = this.#options.settings;
    const retryMs = Math.min(SENT_AWAY_MS.most, Math.max(SENT_AWAY_MS.least, drainMs));
    throw new PushError('UNAVAILABLE', 'The gateway is closing; come back in a moment.', { retryMs });
  }

  async #serve(
    transport: ServerTransport,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
    permit: Permit,
  ): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD, OPTIONS');
      throw new PushError('METHOD_NOT_ALLOWED', `A downlink is asked for with GET, not ${request.method}.`);
    }
    const { settings, fanOut, metrics } = this.#options;
    const asked = readDownlinkQuery(request, query, settings.limits);
    if (asked.channels.size === 0 && transport.carries !== 'upgrade') {
      throw new PushError('CHANNEL_MISSING', 'Say what to listen to: add ?channel=<name>, as often as you like.');
    }
    permit.checkSubscribe(asked.channels.keys());
    if (request.method === 'HEAD' && transport.carries !== 'upgrade') {
      const once: RequestExchange['once'] = async (format) =>
        (await fanOut.once(asked, format, query.get('hello') === '1')).packet;
      const failed = (error: unknown) => sendProblem(response, this.#refuse(error, request));
      const flow: RequestExchange['flow'] = (sink) => flowOfHead(sink, response, once, failed);
      await transport.serve({ ...this.#exchange(request, query), response, release: () => null, once, flow });
      return;
    }
    // Gone while the application or the gateway made it wait: nothing would ever tell the half.
    if (response.destroyed) return;
    // Its head may be long gone, with a promise to keep the connection.
    response.once('finish', () => {
      if (this.#state !== 'open') request.socket.destroySoon();
    });
    const seat: Seat = { downlink: null };
    this.#seat(request, isTaken(response) ? request.socket : response, asked.client, permit, seat);
    if (transport.carries === 'upgrade') {
      // Only now: to whom a browser does not show why an upgrade was refused, a plain request does.
      response.setHeader('Upgrade', 'websocket').setHeader('Connection', 'Upgrade');
      throw new PushError('UPGRADE_REQUIRED', 'Connect with a WebSocket, or ask for another transport.');
    }
    this.#noteMove(query, transport.name);
    const exchange: RequestExchange = {
      ...this.#exchange(request, query),
      response,
      release: () => {
        const socket = release(response);
        // It has no answer to watch any more.
        if (socket !== null) this.#answers.remove(response);
        return socket;
      },
      flow: (sink) => {
        seat.downlink = this.#open(transport.name, asked, request, sink, permit);
        return seat.downlink;
      },
      once: async (format) => {
        let carried: Carried = { messages: 0, gaps: 0, isFull: false, hasStalled: false };
        response.once(
          'close',
          metrics.opened(transport.name, () => carried, bytesSince(request.socket)),
        );
        const { packet, ...counts } = await fanOut.once(spared(asked, permit), format, query.get('hello') === '1');
        carried = { ...carried, ...counts };
        return packet;
      },
    };
    await transport.serve(exchange);
  }

  async #accept(
    transport: UpgradeTransport,
    query: URLSearchParams,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    permit: Permit,
  ): Promise<void> {
    const { settings, uplink, metrics } = this.#options;
    const asked = readDownlinkQuery(request, query, settings.limits);
    permit.checkSubscribe(asked.channels.keys());
    const address = settings.addresses.of(request);
    const caller = { client: asked.client, address, user: permit.user, permit };
    const seat: Seat = { downlink: null };
    this.#seat(request, socket, asked.client, permit, seat);
    this.#noteMove(query, transport.name);
    const exchange: UpgradeExchange = {
      ...this.#exchange(request, query),
      socket,
      head,
      flow: (sink) => {
        seat.downlink = this.#open(transport.name, asked, request, sink, permit);
        return seat.downlink;
      },
      perform: performer({ caller, seat, uplink, limits: settings.limits, metrics }),
      refused: noter(this.#options, requestFields(request)),
    };
    await transport.accept(exchange);
  }

  /** Takes a seat until a response or a socket is closed. @throws PushError */
  #seat(
    request: IncomingMessage,
    carrier: ServerResponse | Duplex,
    client: string | null,
    { user }: Permit,
    seat: Seat,
  ): void {
    const { settings, crowd, metrics } = this.#options;
    const address = settings.addresses.of(request);
    const leave = crowd.enter({ address, user, client }, () => {
      metrics.refused('CONNECTION_REPLACED');
      if (seat.downlink === null) carrier.destroy();
      else seat.downlink.end(REPLACED);
    });
    carrier.on('close', leave);
  }

  /** What a client says of itself is counted only under names that exist. */
  #noteMove(query: URLSearchParams, to: string): void {
    const from = query.get('instead');
    if (from !== null && this.#options.transports.has(from)) this.#options.metrics.moved(from, to);
  }

  #exchange(request: IncomingMessage, query: URLSearchParams) {
    const { settings, origins } = this.#options;
    return {
      request,
      query,
      settings: settings.transport,
      allows: (origin: string) => origins.allows(origin, request),
    };
  }

  #open(
    transport: string,
    asked: DownlinkRequest,
    request: IncomingMessage,
    sink: Sink<unknown>,
    permit: Permit,
  ): Downlink {
    const { settings, fanOut, metrics, connected, disconnected } = this.#options;
    const { client } = asked;
    const { user, expiresAt } = permit;
    const address = settings.addresses.of(request);
    keepAlive(request.socket, settings.transport.heartbeatMs);
    const downlink = fanOut.open(spared(asked, permit), sink, () => {
      const { channels, messages } = downlink;
      ended();
      stay();
      if (downlink.hasStalled)
        settings.logger.warn({ transport, client, address }, 'closed a reader that took nothing');
      settings.logger.debug({ transport, client, address, messages }, 'disconnected');
      disconnected({ transport, client, user, channels, address, messages });
    });
    const stay = atTime(expiresAt, () => {
      // An answer that is complete with one packet needs no farewell: the next request will be refused.
      if (sink.single === true) downlink.flush();
      else downlink.end(EXPIRED);
    });
    const ended = metrics.opened(transport, () => downlink, bytesSince(request.socket));
    settings.logger.debug({ transport, client, address }, 'connected');
    connected({ transport, client, user, channels: [...asked.channels.keys()], address });
    return downlink;
  }

  #refuse(error: unknown, request: IncomingMessage): PushError {
    const shown = toPushError(error);
    if (shown.code === 'INTERNAL') this.#options.settings.onError(error);
    this.#note(shown.code, request);
    return shown;
  }

  #note(code: string, request: IncomingMessage): void {
    noter(this.#options, requestFields(request))(code);
  }
}

/** Notes what is refused. Kept for as long as a connection is open, and so without the request that it came with. */
function noter({ settings, metrics }: DoorOptions, fields: Readonly<Record<string, unknown>>): (code: string) => void {
  return (code) => {
    metrics.refused(code);
    settings.logger.debug({ code, ...fields }, 'refused');
  };
}

/**
 * Whether an EventSource is coming back without anybody's doing. It would give up for good at any answer but a stream
 * (WHATWG HTML, section 9.2.3); behind a closed door it gets one that says bye at once, with a time to come back.
 */
function comesByItself({ headers }: IncomingMessage): boolean {
  return headers['last-event-id'] !== undefined && headers.accept?.includes('text/event-stream') === true;
}

function isStream(transport: ServerTransport | undefined): boolean {
  return transport?.carries === 'request' && transport.isStream === true;
}

/** Most connections never send a frame, and what frames need is made for the first one. */
function performer({ seat, ...context }: Omit<FrameContext, 'downlink'> & { seat: Seat }): UpgradeExchange['perform'] {
  let frames: Frames | null = null;
  return (frame, answer) => {
    frames ??= new Frames({ ...context, downlink: () => seat.downlink });
    return frames.perform(frame, answer);
  };
}

/** A client is spared its own messages, and not those of another user's client of the same name. */
function spared({ channels, client }: DownlinkRequest, { user }: Permit): DownlinkRequest {
  return { channels, client: client === null ? null : scopeOf({ client, user }) };
}

/** Counts what is written to a socket from now on, in bytes. */
function bytesSince(socket: Socket): () => number {
  const before = socket.bytesWritten;
  return () => socket.bytesWritten - before;
}
