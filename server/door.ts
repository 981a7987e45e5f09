import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PushError } from '../transports/error.js';
import type { ServerTransport } from '../transports/server-transport.js';
import type { Authorize } from './access/access.js';
import { OPEN, Permit } from './access/permit.js';
import { AnswerWatch } from './answer-watch.js';
import type { ConnectionsOptions } from './connections.js';
import { Connections } from './connections.js';
import { Exchanges } from './exchanges.js';
import type { Hosts } from './hosts.js';
import { readQuery } from './input.js';
import { requestFields } from './logger.js';
import type { Origins } from './origins.js';
import { preflightHeaders } from './origins.js';
import type { PeopleRoutes } from './people-routes.js';
import { PEOPLE_PATHS } from './people-routes.js';
import type { PollSocket } from './polls/poll-socket.js';
import { PollSockets } from './polls/poll-sockets.js';
import { requestOf } from './polls/request-of.js';
import { refusalFields, refuseUpgrade, sendProblem } from './problem.js';
import { Refusals } from './refusals.js';
import { takeOver } from './take-over.js';
import { belowPath, partsOf, targetOf } from './target.js';
import { Turns } from './turns.js';
import { isBehindAnother } from './upgrades.js';
import type { Uplink } from './uplink.js';

/** How long those who come to a closed door are sent away for, in milliseconds; in between, for as long as it closes. */
const SENT_AWAY_MS = { least: 1_000, most: 5_000 };

/** What the door opens to. */
export interface DoorOptions extends ConnectionsOptions {
  readonly hosts: Hosts;
  readonly origins: Origins;
  readonly uplink: Uplink;
  /** The routes that are not a downlink. */
  readonly people: PeopleRoutes;
  /** `null` for a gateway that is open to everyone. */
  readonly authorize: Authorize | null;
  /** By name; empty until they are `loaded`. */
  readonly transports: ReadonlyMap<string, ServerTransport>;
  readonly loaded: Promise<void>;
  /** The transports that are on offer at this moment. */
  readonly offer: () => readonly string[];
  /** Whether all requests of a server come here. */
  readonly answers: (server: Server) => boolean;
}

/**
 * Where requests and upgrades come in: checks host, origin and access, and whether the gateway is closing, and hands what is
 * left to a transport or a route. Nothing behind it has to look at these again, and whatever it throws is answered here.
 */
export class Door {
  readonly #options: DoorOptions;
  readonly #answers: AnswerWatch;
  readonly #refusals: Refusals;
  readonly #exchanges: Exchanges;
  readonly #polls: PollSockets;
  readonly #turns = new Turns((request) => this.#refusals.noter(requestFields(request))('PIPELINE_TOO_LONG'));
  #state: 'open' | 'leaving' | 'closed' = 'open';

  constructor(options: DoorOptions) {
    this.#options = options;
    const { settings, metrics } = options;
    const { stalledMs, logger } = settings;
    const cut = (fields: object) => {
      metrics.answersStalled.inc();
      logger.warn(fields, 'closed a reader that took nothing of its answer');
    };
    this.#answers = new AnswerWatch({
      stalledMs,
      now: () => performance.now(),
      cut: ({ req }) => cut(requestFields(req)),
    });
    this.#refusals = new Refusals(settings, metrics);
    const isOpen = () => this.#state === 'open';
    this.#polls = new PollSockets({
      stalledMs,
      isOpen,
      answers: options.answers,
      repeat: (polls, target) => this.#repeat(polls, target),
      cut: ({ first: { address } }) => cut({ address }),
    });
    this.#exchanges = new Exchanges({
      ...options,
      connections: new Connections(options),
      answers: this.#answers,
      polls: this.#polls,
      refusals: this.#refusals,
      isOpen,
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

  /** Gives back what was kept of a server whose requests do not come here any more. */
  leaveServer(server: Server): void {
    this.#polls.leave(server);
  }

  /** Lets go of the connections that are kept, when nobody is left. Answers are watched until the last is taken. */
  end(): void {
    this.#polls.close();
  }

  /** Cuts who leaves this answer where it is, though it is somebody else's. */
  watch(response: ServerResponse): void {
    this.#answers.add(response);
  }

  /**
   * Answers a request; the address is relative to the gateway's path. What is not known here goes to `next`. `sent` is the target
   * as it was sent, of a request that nobody has seen before and nobody has to see: then the ones that come on its
   * connection may be kept from everybody else.
   */
  async request(request: IncomingMessage, response: ServerResponse, next?: () => void, sent?: string): Promise<void> {
    const { transports, loaded, offer, people } = this.#options;
    try {
      const target = targetOf(request);
      const { name, rest } = partsOf(target.path);
      const find = () => (rest === '' ? transports.get(name) : undefined);
      const half = find();
      if (isStream(half)) takeOver(request, response, { goesOn: true });
      else if (half?.carries === 'poll' && sent !== undefined) this.#polls.ask(request, response, sent);
      await loaded;
      const transport = find();
      const isKnown = transport !== undefined || PEOPLE_PATHS.has(name);
      if (!isKnown && next !== undefined) return next();
      if (!(await this.#turns.of(request, response))) return;
      if (this.#state !== 'open') response.shouldKeepAlive = false;
      if (!isKnown) throw new PushError('NOT_FOUND', `Nothing is here; the transports are ${offer().join(', ')}.`);
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
      else await this.#exchanges.serve(transport, query, request, response, permit);
    } catch (error) {
      sendProblem(response, this.#refusals.of(error, request));
    }
  }

  /** Answers an upgrade; the address is relative to the gateway's path. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { transports, loaded, hosts, origins } = this.#options;
    if (isBehindAnother(socket)) {
      this.#refusals.noter(requestFields(request))('BAD_REQUEST');
      socket.destroy();
      return;
    }
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
      await this.#exchanges.accept(transport, query, request, socket, head, permit);
      socket.off('error', ignore);
    } catch (error) {
      refuseUpgrade(request, socket, this.#refusals.of(error, request));
    }
  }

  /** A further poll on a connection on which one was let in: the same but for its target. */
  async #repeat(polls: PollSocket, sent: string): Promise<boolean> {
    const { transports, authorize, settings } = this.#options;
    const { head } = polls.first;
    const below = belowPath(sent, settings.path);
    if (below === null || this.#state !== 'open') return false;
    const target = targetOf({ url: below });
    const { name, rest } = partsOf(target.path);
    const transport = transports.get(name);
    if (rest !== '' || transport?.carries !== 'poll' || (authorize !== null && head === null)) return false;
    const request = () => requestOf(polls.first, below);
    try {
      const query = readQuery(target.query);
      const permit = head === null ? OPEN : await this.#authorize(request(), name, query);
      const course = await this.#exchanges.repeat(transport, query, polls, permit);
      // Who may come in is asked each time, and each move is counted.
      if (head === null && !query.has('instead')) polls.keep(course, sent);
    } catch (error) {
      // Here, as it has been asked who it is, and counted.
      const refused = request();
      const refusal = this.#refusals.of(error, refused);
      polls.refuse(refusal, refusalFields(refusal, refused));
    }
    return true;
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
