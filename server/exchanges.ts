import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PushError } from '../transports/error.js';
import type {
  RequestExchange,
  RequestTransport,
  ServerTransport,
  UpgradeExchange,
  UpgradeTransport,
} from '../transports/server-transport.js';
import type { Permit } from './access/permit.js';
import type { AnswerWatch } from './answer-watch.js';
import { spared } from './author.js';
import type { Connections, Seat } from './connections.js';
import { readDownlinkQuery } from './downlink-query.js';
import type { FanOut } from './fan-out.js';
import type { FrameContext } from './frame.js';
import { Frames } from './frame.js';
import type { GatewaySettings } from './gateway-options.js';
import { flowOfHead } from './head.js';
import { requestFields } from './logger.js';
import type { Carried, Metrics } from './metrics.js';
import { bytesSince } from './metrics.js';
import type { DownlinkRequest } from './node-log.js';
import type { Origins } from './origins.js';
import { sendProblem } from './problem.js';
import type { Refusals } from './refusals.js';
import { isTaken, release } from './take-over.js';
import type { Uplink } from './uplink.js';

/** What an exchange leads to. */
export interface ExchangesOptions {
  readonly settings: GatewaySettings;
  readonly origins: Origins;
  readonly fanOut: FanOut;
  readonly uplink: Uplink;
  readonly metrics: Metrics;
  readonly connections: Connections;
  readonly answers: AnswerWatch;
  readonly refusals: Refusals;
  /** By name; loaded. */
  readonly transports: ReadonlyMap<string, ServerTransport>;
  /** Whether connections are kept for a next request. */
  readonly isOpen: () => boolean;
}

/**
 * Hands requests and upgrades that were let in to their transport, with what its half is given to answer them. Each is
 * seated first, so that a half sees nobody who is one too many. What a WebSocket keeps of its exchange has no request.
 */
export class Exchanges {
  readonly #options: ExchangesOptions;

  constructor(options: ExchangesOptions) {
    this.#options = options;
  }

  /** @throws PushError when nothing was written yet */
  async serve(
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
    const options = this.#options;
    const asked = readDownlinkQuery(request, query, options.settings.limits);
    if (asked.channels.size === 0 && transport.carries !== 'upgrade') {
      throw new PushError('CHANNEL_MISSING', 'Say what to listen to: add ?channel=<name>, as often as you like.');
    }
    permit.checkSubscribe(asked.channels.keys());
    if (request.method === 'HEAD' && transport.carries !== 'upgrade') {
      return this.#serveHead(transport, query, asked, request, response);
    }
    // Gone while the application or the gateway made it wait: nothing would ever tell the half.
    if (response.destroyed) return;
    // Its head may be long gone, with a promise to keep the connection.
    response.once('finish', () => {
      if (!options.isOpen()) request.socket.destroySoon();
    });
    const carrier = isTaken(response) ? request.socket : response;
    const seat = options.connections.seat(request, carrier, asked.client, permit);
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
        if (socket !== null) options.answers.remove(response);
        return socket;
      },
      flow: (sink) => options.connections.open(seat, transport.name, asked, request, sink, permit),
      once: async (format) => {
        let carried: Carried = { messages: 0, gaps: 0, isFull: false, hasStalled: false };
        response.once(
          'close',
          options.metrics.opened(transport.name, () => carried, bytesSince(request.socket)),
        );
        const hello = query.get('hello') === '1';
        const { packet, ...counts } = await options.fanOut.once(spared(asked, permit), format, hello);
        carried = { ...carried, ...counts };
        return packet;
      },
    };
    await transport.serve(exchange);
  }

  /** @throws PushError */
  async accept(
    transport: UpgradeTransport,
    query: URLSearchParams,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    permit: Permit,
  ): Promise<void> {
    const { settings, uplink, metrics, connections, refusals } = this.#options;
    // Gone while the application or the gateway made it wait: nothing would ever give back its seat.
    if (socket.destroyed) return;
    const asked = readDownlinkQuery(request, query, settings.limits);
    permit.checkSubscribe(asked.channels.keys());
    const address = settings.addresses.of(request);
    const caller = { client: asked.client, address, user: permit.user, permit };
    const seat = connections.seat(request, socket, asked.client, permit);
    this.#noteMove(query, transport.name);
    const exchange: UpgradeExchange = {
      ...this.#exchange(request, query),
      socket,
      head,
      flow: (sink) => connections.open(seat, transport.name, asked, request, sink, permit),
      perform: performer({ caller, seat, uplink, limits: settings.limits, metrics }),
      refused: refusals.noter(requestFields(request)),
    };
    await transport.accept(exchange);
  }

  /** Takes no seat: it is over as soon as its head is there. */
  async #serveHead(
    transport: RequestTransport,
    query: URLSearchParams,
    asked: DownlinkRequest,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { fanOut, refusals } = this.#options;
    const once: RequestExchange['once'] = async (format) =>
      (await fanOut.once(asked, format, query.get('hello') === '1')).packet;
    const failed = (error: unknown) => sendProblem(response, refusals.of(error, request));
    const flow: RequestExchange['flow'] = (sink) => flowOfHead(sink, response, once, failed);
    await transport.serve({ ...this.#exchange(request, query), response, release: () => null, once, flow });
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
}

/** Most connections never send a frame, and what frames need is made for the first one. */
function performer({ seat, ...context }: Omit<FrameContext, 'downlink'> & { seat: Seat }): UpgradeExchange['perform'] {
  let frames: Frames | null = null;
  return (frame, answer) => {
    frames ??= new Frames({ ...context, downlink: () => seat.downlink });
    return frames.perform(frame, answer);
  };
}
