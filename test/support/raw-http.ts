import { Socket } from 'node:net';

/** What to send, and how long to wait. */
export interface RawRequest {
  /** @default 'GET' */
  readonly method?: string;
  /** What stands in the request's first line. @default the path and query of the address */
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The longest wait for the head and for each piece, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
}

/** Asks over a bare socket of its own (RFC 9112), and resolves when the head of the answer has come. */
export async function rawHttp(url: string, request: RawRequest = {}): Promise<RawResponse> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const { method = 'GET', target = pathname + search, body = '', timeoutMs = 5_000 } = request;
  // Node then reads ahead once at most, 64 KiB, before it leaves the rest in the network.
  const socket = new Socket({ readableHighWaterMark: 1 } as object);
  // A connection that breaks has ended; what came before tells the story.
  socket.on('error', () => {});
  socket.connect(Number(port), hostname);
  const headers = { host, ...(body === '' ? {} : { 'content-length': Buffer.byteLength(body) }), ...request.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);

  const bytes = new Bytes(socket);
  const head = await inTime(bytes.until('\r\n\r\n'), timeoutMs, `the head of the answer to ${method} ${url}`);
  if (head === null) throw new Error(`The connection ended before the head of the answer to ${method} ${url}.`);
  return new RawResponse(socket, bytes, head, timeoutMs);
}

/**
 * An answer that is read as far as it is asked for. Between two calls of `read` nothing is taken from the network, so
 * to stall like a slow reader, just do not call it; to break off, destroy the socket.
 */
export class RawResponse implements AsyncIterable<string> {
  readonly socket: Socket;
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly #pieces: AsyncGenerator<Buffer, undefined>;
  readonly #timeoutMs: number;
  readonly #decoder = new TextDecoder();
  #next: Promise<IteratorResult<Buffer, undefined>> | undefined;

  constructor(socket: Socket, bytes: Bytes, head: string, timeoutMs: number) {
    const [status = '', ...lines] = head.split('\r\n');
    this.socket = socket;
    this.status = Number(status.split(' ')[1]);
    this.headers = new Map(lines.map((line) => headerOf(line)));
    this.#pieces = bodyOf(bytes, this.headers);
    this.#timeoutMs = timeoutMs;
  }

  /**
   * The next piece of the body as text, about as the server wrote it; `null` when the answer is over or cut. Rejects
   * when nothing comes in time; what comes later is then the next call's.
   */
  async read(timeoutMs = this.#timeoutMs): Promise<string | null> {
    this.#next ??= this.#pieces.next();
    const { value } = await inTime(this.#next, timeoutMs, 'a further piece of the answer');
    this.#next = undefined;
    return value === undefined ? null : this.#decoder.decode(value, { stream: true });
  }

  /** All that is left of the body. */
  async rest(): Promise<string> {
    let text = '';
    for await (const piece of this) text += piece;
    return text;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (let piece = await this.read(); piece !== null; piece = await this.read()) yield piece;
  }
}

/** Bytes from a socket, taken by length or up to a mark. */
class Bytes {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#source = socket[Symbol.asyncIterator]();
  }

  /** At least one byte and at most so many; `null` at the end. */
  async some(most = Number.POSITIVE_INFINITY): Promise<Buffer | null> {
    if (this.#buffer.length === 0 && !(await this.#more())) return null;
    const piece = this.#buffer.subarray(0, most);
    this.#buffer = this.#buffer.subarray(piece.length);
    return piece;
  }

  /** The text before a mark, both of which are taken; `null` when the end comes first. */
  async until(mark: string): Promise<string | null> {
    let end = this.#buffer.indexOf(mark);
    while (end < 0) {
      if (!(await this.#more())) return null;
      end = this.#buffer.indexOf(mark);
    }
    const text = this.#buffer.toString('latin1', 0, end);
    this.#buffer = this.#buffer.subarray(end + mark.length);
    return text;
  }

  async #more(): Promise<boolean> {
    // The iterator rejects when the socket was cut, and then there is as little to come as after a proper end.
    const { value, done } = await this.#source.next().catch(() => ({ value: undefined, done: true }) as const);
    if (done) return false;
    this.#buffer = Buffer.concat([this.#buffer, value]);
    return true;
  }
}

/** Takes a body out of its framing: chunks, a length, or the end of the connection. */
async function* bodyOf(bytes: Bytes, headers: ReadonlyMap<string, string>): AsyncGenerator<Buffer, undefined> {
  if (headers.get('transfer-encoding') !== 'chunked') {
    yield* taken(bytes, Number(headers.get('content-length') ?? Number.POSITIVE_INFINITY));
    return;
  }
  for (;;) {
    const size = Number.parseInt((await bytes.until('\r\n')) ?? '0', 16);
    if (size === 0) return;
    yield* taken(bytes, size);
    await bytes.until('\r\n');
  }
}

async function* taken(bytes: Bytes, length: number): AsyncGenerator<Buffer, undefined> {
  let left = length;
  while (left > 0) {
    const piece = await bytes.some(left);
    if (piece === null) return;
    left -= piece.length;
    yield piece;
  }
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

async function inTime<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}.`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
