import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { takenOf } from '../../transports/server-socket.js';
import { giveBack, release, serverOf, takeOver } from '../take-over.js';
import { AnswerHeads, fieldsText } from './answer.js';
import { type FirstPoll, PollSocket, type PollSocketOwner } from './poll-socket.js';

/** Options of {@link PollSockets}. */
export interface PollSocketsOptions extends Pick<PollSocketOwner, 'repeat' | 'isOpen'> {
  /** Who takes nothing of an answer for so long is cut, in milliseconds. */
  readonly stalledMs: number;
  /** Whether the requests of a server are answered here. */
  readonly answers: (server: Server) => boolean;
  /** Told of each that was cut so. */
  readonly cut: (polls: PollSocket) => void;
}

const ROUND_MS = 1_000;
/** How long connections may take to end when everything closes, in milliseconds. */
const CLOSE_MS = 2_000;

/** How far the reader of an answer has got, and since when no further. */
interface Progress {
  readonly taken: number;
  readonly since: number;
}

/**
 * The connections of polls that are taken from Node's HTTP machine, which makes each request and response anew: when to take
 * one, and when to let it go. Like Node, it closes who has not come again within the server's `keepAliveTimeout`.
 */
export class PollSockets {
  readonly #options: PollSocketsOptions;
  readonly #sockets = new Map<PollSocket, Progress | null>();
  readonly #owner: PollSocketOwner;
  readonly #round: NodeJS.Timeout;
  /** Where a poll has been seen, and what came last. */
  readonly #watched = new WeakMap<Socket, Watched>();
  /** On these, other requests come as well, or heads in another form. */
  readonly #left = new WeakSet<Socket>();
  /** Servers that have listened: one that is handed its connections never does. */
  readonly #listened = new WeakSet<Server>();

  constructor(options: PollSocketsOptions) {
    this.#options = options;
    this.#owner = {
      repeat: options.repeat,
      isOpen: options.isOpen,
      isOurs: (socket) => this.#isOurs(serverOf(socket)),
      giveBack: (socket, read) => this.#giveBack(socket, read),
      heads: new AnswerHeads(),
    };
    this.#round = setInterval(() => this.#look(), ROUND_MS);
    this.#round.unref();
  }

  /**
   * Asks Node for the socket of a poll, given the target as it was sent. MUST be called before the listener of the request
   * returns. Whether it came about, {@link begin} says.
   *
   * The first poll of a connection is Node's: from then on what comes is watched, as the socket can be had without losing
   * anything only when nothing but this head has been read, and only the bytes themselves tell.
   */
  ask(request: IncomingMessage, response: ServerResponse, target: string): void {
    const { socket, headers } = request;
    const watched = this.#watched.get(socket);
    const mayRepeat =
      response.shouldKeepAlive && headers.expect === undefined && headers['last-event-id'] === undefined;
    const server = serverOf(socket);
    // Node counts what comes.
    const isCounted = (server?.maxRequestsPerSocket ?? 0) > 0;
    if (!mayRepeat || !this.#isOurs(server) || isCounted || !target.startsWith('/') || this.#left.has(socket)) return;
    if (server?.listening) this.#listened.add(server);
    if (watched === undefined) this.#watched.set(socket, watch(socket));
    else {
      this.#watched.delete(socket);
      const isAlone = watched.last?.equals(Buffer.from(`GET ${target} HTTP/1.1\r\n${blockOf(request)}`, 'latin1'));
      watched.stop();
      if (isAlone) takeOver(request, response, { goesOn: false });
      else this.#left.add(socket);
    }
  }

  /** The connection of a poll that is let in and whose answer's head has been prepared; `null` when it is Node's. */
  begin(
    request: IncomingMessage,
    response: ServerResponse,
    from: Pick<FirstPoll, 'address' | 'head'>,
  ): PollSocket | null {
    const socket = release(response);
    if (socket === null) return null;
    const keptS = Math.floor((serverOf(socket)?.keepAliveTimeout ?? 0) / 1_000);
    const kept = `Connection: keep-alive\r\n${keptS > 0 ? `Keep-Alive: timeout=${keptS}\r\n` : ''}`;
    const fields = fieldsText(response.getHeaders());
    const polls = new PollSocket({ ...from, socket, block: blockOf(request), fields, kept }, this.#owner);
    this.#sockets.set(polls, null);
    socket.once('close', () => this.#sockets.delete(polls));
    return polls;
  }

  /** Gives back the connections of a server whose requests are not answered here any more. */
  leave(server: Server): void {
    const ours = [...this.#sockets.keys()].filter(({ first: { socket } }) => serverOf(socket) === server);
    for (const polls of ours) polls.giveBackIdle();
  }

  /** Closes all connections, when nobody is let in any more; who has not taken the last answer has a moment for it. */
  close(): void {
    clearInterval(this.#round);
    const left = [...this.#sockets.keys()].map(({ first: { socket } }) => socket);
    for (const socket of left) socket.destroySoon();
    setTimeout(() => {
      for (const socket of left) socket.destroy();
    }, CLOSE_MS).unref();
  }

  /** Whether requests are answered here, and nobody else looks at them. */
  #isOurs(server: Server | undefined): boolean {
    return server !== undefined && server.listenerCount('request') === 1 && this.#options.answers(server);
  }

  #giveBack(polls: PollSocket, read: Buffer): void {
    const { socket } = polls.first;
    polls.release();
    this.#sockets.delete(polls);
    this.#left.add(socket);
    if (!socket.destroyed) giveBack(socket, read);
  }

  #look(): void {
    const now = performance.now();
    for (const [polls, before] of this.#sockets) this.#watch(polls, before, now);
  }

  /** Closes who takes nothing of what was answered, and who does not come again. */
  #watch(polls: PollSocket, before: Progress | null, now: number): void {
    const { socket } = polls.first;
    const taken = takenOf(socket);
    const hasAll = socket.writableLength === 0;
    if (before?.taken !== taken) this.#sockets.set(polls, { taken, since: now });
    else if (!hasAll && now - before.since > this.#options.stalledMs) {
      socket.destroy();
      this.#options.cut(polls);
    } else if (hasAll && !polls.isAnswering && this.#isOver(socket, now - before.since)) socket.destroySoon();
  }

  /** Whether a connection on which nothing has come for so long is not kept any more, in milliseconds. */
  #isOver(socket: Socket, ms: number): boolean {
    const server = serverOf(socket);
    if (server === undefined) return true;
    const { keepAliveTimeout, listening } = server;
    // Who comes at the last moment is on his way; Node waits as long for him.
    return (!listening && this.#listened.has(server)) || (keepAliveTimeout > 0 && ms > keepAliveTimeout + ROUND_MS);
  }
}

/** What is seen of a connection while it is Node's. */
interface Watched {
  readonly last: Buffer | null;
  stop(): void;
}

function watch(socket: Socket): Watched {
  let last: Buffer | null = null;
  const hear = (bytes: Buffer) => {
    last = bytes;
  };
  // Before Node, which makes the request of it.
  socket.prependListener('data', hear);
  return {
    get last() {
      return last;
    },
    stop: () => socket.off('data', hear),
  };
}

/** The lines of a head behind the first one, as most clients write them. */
function blockOf({ rawHeaders }: IncomingMessage): string {
  let block = '';
  for (let i = 0; i < rawHeaders.length; i += 2) block += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  return `${block}\r\n`;
}
