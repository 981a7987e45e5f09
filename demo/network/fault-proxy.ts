import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Exchange, RequestHead, Way } from './exchange.js';
import { type Fault, pass } from './fault.js';

/**
 * A TCP proxy before a gateway, with a bad network in it. A rule says what happens to each exchange; it can be changed
 * at any time and holds for those that begin from then on.
 *
 * Every request gets a connection of its own (`Connection: close`), so that no exchange slips through on a connection
 * that was begun by another one.
 */
export class FaultProxy {
  /** What happens to an exchange that begins with this request. */
  rule: (request: RequestHead) => Fault = () => pass;
  /** Every request that has come, oldest first. */
  readonly requests: RequestHead[] = [];
  readonly #server: Server;
  readonly #target: number;
  readonly #live = new Map<Socket, RequestHead | null>();
  readonly #upstreams = new Set<Socket>();

  /** Starts a proxy on a free port of 127.0.0.1 before the server on another one. */
  static async before(target: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => {
      this.#live.set(client, null);
      client.once('close', () => this.#live.delete(client));
      client.on('error', () => client.destroy());
      client.setNoDelay(true);
      readHead(client, (text, rest) => {
        const request = parseHead(text);
        this.#live.set(client, request);
        this.requests.push(request);
        this.rule(request)(this.#exchange(client, request, text, rest));
      });
    });
  }

  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Does this to exchanges of one name from now on, and nothing to others; what of them is under way breaks. */
  block(names: ReadonlySet<string>, fault: Fault): void {
    this.rule = ({ name }) => (names.has(name) ? fault : pass);
    this.cut(({ name }) => names.has(name));
  }

  /** From now on the network is good. What is stuck already stays stuck. */
  unblock(): void {
    this.rule = () => pass;
  }

  /** Breaks the connections of all exchanges that are under way, or of some. */
  cut(applies: (request: RequestHead) => boolean = () => true): void {
    for (const [client, request] of this.#live) if (request !== null && applies(request)) client.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of [...this.#live.keys(), ...this.#upstreams]) socket.destroy();
    await closed;
  }

  #exchange(client: Socket, request: RequestHead, head: string, rest: Buffer): Exchange {
    return {
      request,
      pass: (way = {}) => this.#pass(client, way, head, rest),
      answer: (status) => {
        client.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      },
      cut: () => client.destroySoon(),
      reset: () => client.resetAndDestroy(),
    };
  }

  #pass(client: Socket, { up, down, head: change, isSevered = () => false }: Way, head: string, rest: Buffer): void {
    const upstream = connect(this.#target, '127.0.0.1');
    this.#upstreams.add(upstream);
    upstream.setNoDelay(true);
    const gone = (other: Socket) => {
      if (!isSevered()) other.destroy();
    };
    upstream.on('error', () => gone(client));
    upstream.once('close', () => this.#upstreams.delete(upstream));
    client.once('close', () => gone(upstream));
    const lines = head.split('\r\n');
    upstream.write(alone(change?.(lines) ?? lines));
    if (up === undefined) upstream.write(rest);
    else up.write(rest);
    const asked = up === undefined ? client : client.pipe(up);
    // An end of the client's is none of the gateway's business while the line between them is dead.
    asked.pipe(upstream, { end: false });
    asked.once('end', () => isSevered() || upstream.end());
    const answer = down === undefined ? upstream : upstream.pipe(down);
    answer.pipe(client, { end: false });
    answer.once('end', () => isSevered() || client.destroySoon());
  }
}

/** Reads up to the blank line (RFC 9112), and leaves the rest in the socket. */
function readHead(client: Socket, then: (head: string, rest: Buffer) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const read = (piece: Buffer) => {
    bytes = Buffer.concat([bytes, piece]);
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return;
    client.off('data', read);
    client.pause();
    then(bytes.toString('latin1', 0, end), bytes.subarray(end + 4));
  };
  client.on('data', read);
}

function parseHead(head: string): RequestHead {
  const [method = '', target = ''] = head.slice(0, head.indexOf('\r\n')).split(' ');
  const { pathname: path, searchParams: query } = new URL(target, 'http://proxy');
  return { method, path, name: path.slice(path.lastIndexOf('/') + 1), query };
}

/** A head with the wish to end the connection after the answer, unless it asks for an upgrade. */
function alone(lines: readonly string[]): Buffer {
  const isUpgrade = lines.some((line) => /^upgrade:/i.test(line));
  const kept = isUpgrade ? lines : [...lines.filter((line) => !/^connection:/i.test(line)), 'Connection: close'];
  return Buffer.from(`${kept.join('\r\n')}\r\n\r\n`, 'latin1');
}
