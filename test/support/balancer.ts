import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Listening } from './listen.js';

/** How often a node is asked for its health, in milliseconds. */
const ASK_MS = 25;

/**
 * A load balancer before several nodes, as simple as they come: a connection goes to the first node whose health was
 * ready when it was last asked.
 */
export class Balancer {
  readonly #nodes: readonly Listening[];
  readonly #ready: Set<Listening>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #asking: NodeJS.Timeout;

  static async before(...nodes: readonly Listening[]): Promise<Balancer> {
    const balancer = new Balancer(nodes);
    await new Promise<void>((resolve) => balancer.#server.listen(0, '127.0.0.1', resolve));
    return balancer;
  }

  private constructor(nodes: readonly Listening[]) {
    this.#nodes = nodes;
    this.#ready = new Set(nodes);
    this.#server = createServer((client) => this.#carry(client));
    this.#asking = setInterval(() => {
      for (const node of nodes) void this.#ask(node);
    }, ASK_MS);
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async close(): Promise<void> {
    clearInterval(this.#asking);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #ask(node: Listening): Promise<void> {
    const isReady = await fetch(`${node.url}/push/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) this.#ready.add(node);
    else this.#ready.delete(node);
  }

  #carry(client: Socket): void {
    const node = this.#nodes.find((each) => this.#ready.has(each));
    if (node === undefined) return void client.destroy();
    const upstream = connect(node.port, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroySoon();
      });
      socket.pipe(other);
    }
  }
}
