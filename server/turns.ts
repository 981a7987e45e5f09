import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How many requests of one connection may wait. Node sets no bound: it reads on until answers, not requests, pile up. */
const WAITING = 100;

/** Told whether the connection is still there. */
type Waiting = (isThere: boolean) => void;

/**
 * Requests that were sent behind others on their connection, before those were answered (RFC 9112, section 9.3.2). Nothing
 * is done for one until its answer can go out: the one before it may never end, and of a response that never got the socket
 * Node tells nothing, not even that the connection is gone.
 */
export class Turns {
  readonly #lines = new WeakMap<Socket, Set<Waiting>>();

  /** `cut` is told of the request that was one too many, for which its connection is cut. */
  constructor(private readonly cut: (request: IncomingMessage) => void) {}

  /** Resolves when it is this request's turn, or with `false` when its connection is gone. */
  async of(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (response.socket !== null) return true;
    const { socket } = request;
    if (socket.destroyed || response.destroyed) return false;
    const line = this.#line(socket);
    if (line.size >= WAITING) {
      this.cut(request);
      socket.destroy();
      return false;
    }
    return new Promise((resolve) => {
      line.add(resolve);
      response.once('socket', () => {
        line.delete(resolve);
        resolve(true);
      });
    });
  }

  #line(socket: Socket): Set<Waiting> {
    const known = this.#lines.get(socket);
    if (known !== undefined) return known;
    const line = new Set<Waiting>();
    this.#lines.set(socket, line);
    socket.once('close', () => {
      for (const leave of line) leave(false);
    });
    return line;
  }
}
