import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { takenOf } from '../../transports/server-socket.js';
import { giveBack, release, serverOf, takeOver } from '../take-over.js';
import { AnswerHeads, fieldsText } from './answer.js';
import { type FirstPoll, PollSocket, type PollSocketOwner } from './poll-socket.js';

/** Options of {@link PollSockets}. */
export interface PollSocketsOptions extends Pick<PollSocketOwner, 'repeat' | 'isOpen'> {
  /** Who takes nothing of an answer for so long is cut, in milliseconds. */
  readonly stalledMs: number;
  /** Told of each that was cut so. */
  readonly cut: (polls: PollSocket) => void;
}

const ROUND_MS = 1_000;

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
  /** How much had been read of a socket when its last poll was there. */
  readonly #readBefore = new WeakMap<Socket, number>();
  /** On these, other requests come as well. */
  readonly #givenBack = new WeakSet<Socket>();

  constructor(options: PollSocketsOptions) {
    this.#options = options;
    this.#owner = {
      repeat: options.repeat,
      isOpen: options.isOpen,
      giveBack: (socket, read) => this.#giveBack(socket, read),
      heads: new AnswerHeads(),
    };
    this.#round = setInterval(() => this.#look(), ROUND_MS);
    this.#round.unref();
  }

  /**
   * Asks Node for the socket of a poll, given the target as it was sent. MUST be called before the listener of the request
   * returns. Whether it came about, {@link begin} says.
   */
  ask(request: IncomingMessage, response: ServerResponse, target: string): void {
    const { socket, headers } = request;
    const { bytesRead } = socket;
    const length = bytesRead - (this.#readBefore.get(socket) ?? 0);
    this.#readBefore.set(socket, bytesRead);
    const isAlone = length === Buffer.byteLength(`GET ${target} HTTP/1.1\r\n${blockOf(request)}`, 'latin1');
    const mayRepeat =
      response.shouldKeepAlive && headers.expect === undefined && headers['last-event-id'] === undefined;
    // Somebody else looks at all that comes.
    const isSeen = serverOf(socket)?.listenerCount('request') !== 1;
    if (isAlone && mayRepeat && !isSeen && !this.#givenBack.has(socket)) takeOver(request, response, { goesOn: false });
  }

  /** The connection of a poll that is let in and whose answer's head has been prepared; `null` when it is Node's. */
  begin(
    request: IncomingMessage,
    response: ServerResponse,
    from: Pick<FirstPoll, 'address' | 'request'>,
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

  /** Closes what waits for a next request, when nobody is let in any more. */
  close(): void {
    clearInterval(this.#round);
    for (const polls of this.#sockets.keys()) if (!polls.isAnswering) polls.first.socket.destroySoon();
  }

  #giveBack(polls: PollSocket, read: Buffer): void {
    const { socket } = polls.first;
    polls.release();
    this.#sockets.delete(polls);
    this.#givenBack.add(socket);
    if (!socket.destroyed) giveBack(socket, read);
  }

  #look(): void {
    const now = performance.now();
    for (const [polls, before] of this.#sockets) if (!polls.isAnswering) this.#watch(polls, before, now);
  }

  /** Closes who does not come again, and who takes nothing of the last answer. */
  #watch(polls: PollSocket, before: Progress | null, now: number): void {
    const { socket } = polls.first;
    const taken = takenOf(socket);
    const hasAll = socket.writableLength === 0;
    if (before?.taken !== taken) this.#sockets.set(polls, { taken, since: now });
    else if (!hasAll && now - before.since > this.#options.stalledMs) {
      socket.destroy();
      this.#options.cut(polls);
    } else if (hasAll && (now - before.since > keptMsOf(socket) || !serverOf(socket)?.listening)) socket.destroySoon();
  }
}

/** The lines of a head behind the first one, as most clients write them. */
function blockOf({ rawHeaders }: IncomingMessage): string {
  let block = '';
  for (let i = 0; i < rawHeaders.length; i += 2) block += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  return `${block}\r\n`;
}

/** How long a connection is kept for a next request, in milliseconds. */
function keptMsOf(socket: Socket): number {
  const { keepAliveTimeout = 0 } = serverOf(socket) ?? {};
  return keepAliveTimeout > 0 ? keepAliveTimeout : Number.POSITIVE_INFINITY;
}
