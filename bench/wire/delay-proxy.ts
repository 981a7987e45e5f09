import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Pieces that are on their way, oldest first. */
type Way = (piece: Buffer | null) => void;

/** So much may be under way in each direction, as in the windows of a long line; more stays with who sends it. */
const WINDOW_BYTES = 2 ** 20;

/**
 * A plain TCP proxy that puts a distance before a server: every byte takes so long, each way. What comes first from a
 * client is later by the handshake of TCP as well, which the loopback would otherwise give for nothing. A reader that
 * takes nothing is felt by the server, as without the proxy.
 */
export class DelayProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** @param delayMs one transit, in one direction */
  static async before(target: number, delayMs: number): Promise<DelayProxy> {
    const proxy = new DelayProxy(target, delayMs);
    await new Promise<void>((resolve) => proxy.#server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve));
    return proxy;
  }

  private constructor(target: number, delayMs: number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const accepted = performance.now();
      const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
      const up = way({ from: client, to: upstream, delayMs, notBefore: accepted + 2 * delayMs });
      const down = way({ from: upstream, to: client, delayMs, notBefore: 0 });
      client.on('data', up).once('end', () => up(null));
      upstream.on('data', down).once('end', () => down(null));
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.once('close', () => {
          this.#sockets.delete(socket);
          // What is under way to the other end still arrives there.
          setTimeout(() => other.destroy(), 4 * delayMs + 100).unref();
        });
      }
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

interface Stretch {
  readonly from: Socket;
  readonly to: Socket;
  readonly delayMs: number;
  readonly notBefore: number;
}

/** Hands on each piece when its time has come; `null` is the end. One timer for all that is under way. */
function way({ from, to, delayMs, notBefore }: Stretch): Way {
  const queue: { readonly due: number; readonly piece: Buffer | null }[] = [];
  let isWaiting = false;
  let queued = 0;
  const flow = () => {
    if (queued + to.writableLength > WINDOW_BYTES) from.pause();
    else if (from.isPaused()) from.resume();
  };
  to.on('drain', flow);
  const next = () => {
    isWaiting = false;
    // A timer may fire up to a millisecond early.
    const now = performance.now() + 0.5;
    for (let first = queue[0]; first !== undefined && first.due <= now; first = queue[0]) {
      queue.shift();
      queued -= first.piece?.length ?? 0;
      if (to.destroyed) continue;
      if (first.piece === null) to.end();
      else to.write(first.piece);
    }
    flow();
    wait();
  };
  const wait = () => {
    const first = queue[0];
    if (first === undefined || isWaiting) return;
    isWaiting = true;
    setTimeout(next, Math.max(0, first.due - performance.now()));
  };
  return (piece) => {
    queue.push({ due: Math.max(performance.now(), notBefore) + delayMs, piece });
    queued += piece?.length ?? 0;
    flow();
    wait();
  };
}
