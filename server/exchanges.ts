import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PushError } from '../transports/error.js';
import type {
  PollTransport,
  RequestExchange,
  RequestTransport,
  ServerTransport,
  UpgradeExchange,
  UpgradeTransport,
} from '../transports/server-transport.js';
import type { Authorize } from './access/access.js';
import type { Permit } from './access/permit.js';
import type { AnswerWatch } from './answer-watch.js';
import type { Connections, DownlinkSlot } from './connections.js';
import { readDownlinkQuery } from './downlink-query.js';
import type { FanOut } from './fan-out.js';
import type { FrameContext } from './frame.js';
import { Frames } from './frame.js';
import type { GatewaySettings } from './gateway-options.js';
import { flowOfHead } from './head.js';
import { requestFields } from './logger.js';
import type { Metrics } from './metrics.js';
import type { DownlinkRequest } from './node-log.js';
import type { Origins } from './origins.js';
import { Course } from './polls/course.js';
import type { PollSocket } from './polls/poll-socket.js';
import type { PollSockets } from './polls/poll-sockets.js';
import { ResponseReply } from './polls/response-reply.js';
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
  readonly polls: PollSockets;
  readonly refusals: Refusals;
  /** By name; loaded. */
  readonly transports: ReadonlyMap<string, ServerTransport>;
  /** `null` for a gateway that is open to everyone. */
  readonly authorize: Authorize | null;
  /** Whether connections are kept for a next request. */
  readonly isOpen: () => boolean;
}

/** The headers that change from one poll to the next. */
const NOTHING = { headers: {} };

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
    const { settings, polls, connections, refusals } = this.#options;
    const asked = this.#ask(transport, request, query, permit);
    if (request.method === 'HEAD' && transport.carries !== 'upgrade') {
      return this.#serveHead(transport, query, asked, request, response, permit);
    }
    // Gone while the application or the gateway made it wait: nothing would ever tell the half.
    if (response.destroyed) return;
    const from = { address: settings.addresses.of(request), socket: request.socket };
    if (transport.carries === 'poll') {
      const { headers, rawHeaders } = request;
      const head = this.#options.authorize === null ? null : { headers, rawHeaders };
      const own = polls.begin(request, response, { address: from.address, head });
      if (own !== null) this.#options.answers.remove(response);
      else this.#closeAfter(request, response);
      const reply = own ?? new ResponseReply(response);
      this.#noteMove(query, transport.name);
      try {
        return await new Course(this.#options, { transport, query, asked, from, reply, permit }).serve();
      } catch (error) {
        // The response may not have its socket any more.
        return reply.problem(refusals.of(error, request));
      }
    }
    this.#closeAfter(request, response);
    const carrier = isTaken(response) ? request.socket : response;
    const onOver = (leave: () => void) => void carrier.on('close', leave);
    const slot = connections.seat(from, { destroy: () => carrier.destroy(), onOver }, asked.client, permit);
    if (transport.carries === 'upgrade') {
      // Only now: to whom a browser does not show why an upgrade was refused, a plain request does.
      // Node keeps a connection whose answer says something else than "close", even if the client was to have no other one on it.
      const connection = response.shouldKeepAlive ? 'Upgrade' : 'close, Upgrade';
      response.setHeader('Upgrade', 'websocket').setHeader('Connection', connection);
      throw new PushError('UPGRADE_REQUIRED', 'Connect with a WebSocket, or ask for another transport.');
    }
    this.#noteMove(query, transport.name);
    const until = { onOver: (listener: () => void) => void response.once('close', listener) };
    const hello = query.get('hello') === '1';
    const exchange: RequestExchange = {
      request,
      query,
      settings: settings.transport,
      allows: this.#allowance(request, permit),
      response,
      release: () => {
        const socket = release(response);
        // It has no answer to watch any more.
        if (socket !== null) this.#options.answers.remove(response);
        return socket;
      },
      flow: (sink) => connections.open(slot, transport.name, asked, from, sink, permit),
      once: (format) => connections.read(transport.name, asked, from, until, format, permit, hello),
    };
    await transport.serve(exchange);
  }

  /** One more poll on a connection of its own. @throws PushError when nothing was answered yet */
  async repeat(transport: PollTransport, query: URLSearchParams, polls: PollSocket, permit: Permit): Promise<Course> {
    const asked = this.#ask(transport, NOTHING, query, permit);
    this.#noteMove(query, transport.name);
    const course = new Course(this.#options, { transport, query, asked, from: polls.first, reply: polls, permit });
    // Not if it has gone while the application made it wait: nothing would ever tell the half.
    if (!polls.first.socket.destroyed) await course.serve();
    return course;
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
    const asked = this.#ask(transport, request, query, permit);
    const from = { address: settings.addresses.of(request), socket: request.socket };
    const caller = { client: asked.client, address: from.address, user: permit.user, permit };
    const onOver = (leave: () => void) => void socket.on('close', leave);
    const slot = connections.seat(from, { destroy: () => socket.destroy(), onOver }, asked.client, permit);
    this.#noteMove(query, transport.name);
    const exchange: UpgradeExchange = {
      request,
      query,
      settings: settings.transport,
      allows: this.#allowance(request, permit),
      socket,
      head,
      flow: (sink) => connections.open(slot, transport.name, asked, from, sink, permit),
      perform: performer(slot, { caller, uplink, limits: settings.limits, metrics }),
      refused: refusals.noter(requestFields(request)),
    };
    await transport.accept(exchange);
  }

  /** What a request asks for, if it may. `headers` are those of the request. @throws PushError */
  #ask(
    { carries }: ServerTransport,
    request: Pick<IncomingMessage, 'headers'>,
    query: URLSearchParams,
    permit: Permit,
  ): DownlinkRequest {
    const asked = readDownlinkQuery(request, query, this.#options.settings.limits);
    if (asked.channels.size === 0 && carries !== 'upgrade') {
      throw new PushError('CHANNEL_MISSING', 'Say what to listen to: add ?channel=<name>, as often as you like.');
    }
    permit.checkSubscribe(asked.channels.keys());
    return asked;
  }

  /** Its head may be long gone, with a promise to keep the connection. */
  #closeAfter(request: IncomingMessage, response: ServerResponse): void {
    response.once('finish', () => {
      if (!this.#options.isOpen()) request.socket.destroySoon();
    });
  }

  /** Takes no seat: it is over as soon as its head is there. */
  async #serveHead(
    transport: RequestTransport | PollTransport,
    query: URLSearchParams,
    asked: DownlinkRequest,
    request: IncomingMessage,
    response: ServerResponse,
    permit: Permit,
  ): Promise<void> {
    const { fanOut, refusals, settings } = this.#options;
    const once: RequestExchange['once'] = async (format) =>
      (await fanOut.once(asked, format, query.get('hello') === '1')).packet;
    const failed = (error: unknown) => sendProblem(response, refusals.of(error, request));
    const flow: RequestExchange['flow'] = (sink) => flowOfHead(sink, response, once, failed);
    const allows = this.#allowance(request, permit);
    const exchange = { request, query, settings: settings.transport, allows, once, flow };
    if (transport.carries === 'request') return transport.serve({ ...exchange, response, release: () => null });
    const reply = new ResponseReply(response);
    const half = transport.prepare({ ...exchange, reply });
    reply.onOver(() => half.over?.());
    await half.serve();
  }

  /** What a client says of itself is counted only under names that exist. */
  #noteMove(query: URLSearchParams, to: string): void {
    const from = query.get('instead');
    if (from !== null && this.#options.transports.has(from)) this.#options.metrics.moved(from, to);
  }

  /** Whose pages may read what a request is answered. */
  #allowance(request: IncomingMessage, { byCookie }: Permit): (origin: string) => boolean {
    const { origins } = this.#options;
    return (origin) => origins.allows(origin, request, byCookie);
  }
}

/** Most connections never send a frame, and what frames need is made for the first one. */
function performer(slot: DownlinkSlot, context: Omit<FrameContext, 'downlink'>): UpgradeExchange['perform'] {
  let frames: Frames | null = null;
  return (frame, answer) => {
    frames ??= new Frames({ ...context, downlink: () => slot.downlink });
    return frames.perform(frame, answer);
  };
}
