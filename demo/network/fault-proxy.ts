import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Exchange, RequestHead, Way } from './exchange.js';
import { type Fault, pass } from './fault.js';

/** How long a head may be: as long as the command line's server takes it. */
const HEAD_BYTES = 64 * 1024;

/** After so long, an end of a severed line whose other end has gone is given up, as TCP does in its time. */
const GIVEN_UP_MS = 60_000;

/** What a {@link FaultProxy} may be told. */
export interface FaultProxyOptions {
  /**
   * Puts the server's port in the place of the proxy's own into every `Host`, so that a server which checks origins finds
   * that its page belongs to it. The name stays as it was asked for: a server that checks names has to go on doing so.
   * @default false
   */
  readonly namesServer?: boolean;
  /** Whether `requests` is kept; not for a proxy that runs for as long as a site does. @default true */
  readonly remembers?: boolean;
}

/** What of an exchange has come by the time it is passed on, and where to. */
interface Carried {
  readonly port: number;
  readonly head: string;
  readonly rest: Buffer;
}

/** A connection to the proxy. */
interface UnderWay {
  /** What it asks for; `null` until its head is there. */
  request: RequestHead | null;
  /** Severs its line; `null` while it has none to the other end, or none that is alive. */
  sever: (() => void) | null;
}

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
  /** The port that an exchange is carried to; `null` for the server's. */
  route: (request: RequestHead) => number | null = () => null;
  /** Every request that has come, oldest first, unless it was told not to remember. */
  readonly requests: RequestHead[] = [];
  readonly #server: Server;
  readonly #target: number;
  readonly #namesServer: boolean;
  readonly #live = new Map<Socket, UnderWay>();
  readonly #upstreams = new Set<Socket>();

  /** Starts a proxy on a free port of 127.0.0.1 before the server on another one. */
  static async before(target: number, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, options);
    await new Promise<void>((resolve, reject) => {
      // Later on, it is a connection that could not be taken, which ends nothing.
      proxy.#server.on('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  private constructor(target: number, { namesServer = false, remembers = true }: FaultProxyOptions) {
    this.#target = target;
    this.#namesServer = namesServer;
    this.#server = createServer((client) => {
      const underWay: UnderWay = { request: null, sever: null };
      this.#live.set(client, underWay);
      client.once('close', () => this.#live.delete(client));
      client.on('error', () => client.destroy());
      client.setNoDelay(true);
      readHead(client, (text, rest) => {
        const request = parseHead(text);
        if (request === null) {
          client.destroy();
          return;
        }
        underWay.request = request;
        if (remembers) this.requests.push(request);
        this.rule(request)(this.#exchange(client, underWay, request, text, rest));
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
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

  /** Breaks the connections of all exchanges that are under way, or of some; returns how many lines that were alive. */
  cut(applies: (request: RequestHead) => boolean = () => true): number {
    const cut = [...this.#live].filter(([, { request }]) => request !== null && applies(request));
    for (const [client] of cut) client.destroy();
    return cut.filter(([, { sever }]) => sever !== null).length;
  }

  /**
   * Severs the lines of all exchanges that are under way, or of some, as when a phone loses its network: what is sent from
   * now on is lost in both directions, and neither end learns that the other one has gone. Returns how many those were.
   */
  sever(applies: (request: RequestHead) => boolean = () => true): number {
    let severed = 0;
    for (const underWay of this.#live.values()) {
      const { request, sever } = underWay;
      if (request === null || sever === null || !applies(request)) continue;
      sever();
      underWay.sever = null;
      severed += 1;
    }
    return severed;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of [...this.#live.keys(), ...this.#upstreams]) socket.destroy();
    await closed;
  }

  #exchange(client: Socket, underWay: UnderWay, request: RequestHead, head: string, rest: Buffer): Exchange {
    return {
      request,
      pass: (way = {}) => {
        underWay.sever = this.#pass(client, way, { port: this.route(request) ?? this.#target, head, rest });
      },
      swallow: () => ignore(client),
      answer: (status) => {
        client.end(refusalOf(status, head));
        ignore(client);
      },
      cut: () => client.destroySoon(),
      reset: () => client.resetAndDestroy(),
    };
  }

  /** Carries an exchange both ways. Returns how its line is severed. */
  #pass(client: Socket, { up, down, head: change }: Way, { port, head, rest }: Carried): () => void {
    const upstream = connect(port, '127.0.0.1');
    this.#upstreams.add(upstream);
    upstream.setNoDelay(true);
    let isSevered = false;
    const gone = (other: Socket) => {
      if (isSevered) giveUpInTime(other);
      // What has come through by then is not to be lost because the way on was still being opened.
      else if (other.connecting) other.destroySoon();
      else other.destroy();
    };
    upstream.on('error', () => gone(client));
    upstream.once('close', () => this.#upstreams.delete(upstream));
    client.once('close', () => gone(upstream));
    const asking = head.split('\r\n');
    const lines = this.#namesServer ? asking.map((line) => namePort(line, this.#target)) : asking;
    upstream.write(alone(change?.(lines) ?? lines));
    if (up === undefined) upstream.write(rest);
    else up.write(rest);
    const asked = up === undefined ? client : client.pipe(up);
    // An end of the client's is none of the gateway's business while the line between them is dead.
    asked.pipe(upstream, { end: false });
    asked.once('end', () => isSevered || upstream.end());
    const answer = down === undefined ? upstream : upstream.pipe(down);
    answer.pipe(client, { end: false });
    answer.once('end', () => isSevered || client.destroySoon());
    return () => {
      isSevered = true;
      ignore(asked.unpipe(upstream));
      ignore(answer.unpipe(client));
    };
  }
}

/** Reads on, to no purpose but to see the end: a socket that nobody reads does not learn that its peer has closed. */
function ignore(stream: Readable): void {
  stream.resume();
}

function giveUpInTime(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), GIVEN_UP_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Reads up to the blank line (RFC 9112), and leaves the rest in the socket. */
function readHead(client: Socket, then: (head: string, rest: Buffer) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const read = (piece: Buffer) => {
    bytes = Buffer.concat([bytes, piece]);
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0 && bytes.length > HEAD_BYTES) client.destroy();
    if (end < 0) return;
    client.off('data', read);
    client.pause();
    then(bytes.toString('latin1', 0, end), bytes.subarray(end + 4));
  };
  client.on('data', read);
}

/** `null` for what is no request. */
function parseHead(head: string): RequestHead | null {
  const [method = '', target = ''] = head.split('\r\n', 1)[0]?.split(' ') ?? [];
  if (!URL.canParse(target, 'http://proxy')) return null;
  const { pathname: path, searchParams: query } = new URL(target, 'http://proxy');
  return { method, path, name: path.slice(path.lastIndexOf('/') + 1), query };
}

/** A line of a head as it is, or a `Host` with this port in it; 80 is not written (RFC 9110, section 4.2.1). */
function namePort(line: string, port: number): string {
  return line.replace(/^(host:\s*(?:\[[^\]]*\]|[^:]+?))(?::\d*)?\s*$/i, port === 80 ? '$1' : `$1:${port}`);
}

/** A head with the wish to end the connection after the answer, unless it asks for an upgrade. */
function alone(lines: readonly string[]): Buffer {
  const isUpgrade = lines.some((line) => /^upgrade:/i.test(line));
  const kept = isUpgrade ? lines : [...lines.filter((line) => !/^connection:/i.test(line)), 'Connection: close'];
  return Buffer.from(`${kept.join('\r\n')}\r\n\r\n`, 'latin1');
}

/**
 * The answer of something on the way. What stands before a gateway is of the page's own origin more often than not, and there a page is
 * told the status; one of another origin is, too.
 */
function refusalOf(status: number, head: string): string {
  const origin = /\r\nOrigin: *([^\r\n]+)/i.exec(head)?.[1];
  const cors =
    origin === undefined
      ? ''
      : `Access-Control-Allow-Origin: ${origin}\r\nAccess-Control-Allow-Credentials: true\r\nVary: Origin\r\n`;
  return `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n${cors}\r\n`;
}
