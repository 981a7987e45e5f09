import type { IncomingMessage, Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { blanked } from './blanked.js';
import type { Capture, Captures } from './capture.js';
import type { Piece } from './site/words/capture.js';

/** More than the head of a request may have: what does not fit is not captured. */
const WAITING_BYTES = 96 * 1024;
const RESPONSE = 'HTTP/1.';
const END_OF_HEAD = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

/** Gets what has just been written to a socket. */
type Written = (socket: Socket, bytes: () => Buffer) => void;

/** A request or an upgrade on a socket, which may be nobody's. */
interface Run {
  readonly lane: string | null;
  /** Bytes that are still to come of the request. */
  left: number;
}

/**
 * Reads along at the server's sockets, and gives the bytes to the captures of the lanes that they belong to.
 *
 * A socket carries requests of several lanes, one after the other, and whose a request is turns out only when its head
 * has been read. So what comes in waits until the gate says so, in memory and bounded, and nothing of it is kept then
 * that is not of a lane that is captured.
 */
export class Tap {
  readonly #lines = new WeakMap<object, Line>();
  readonly #server: Server | HttpsServer;
  readonly #event: string;
  readonly #open = (socket: Socket): void => {
    // The gateway may hand one back to Node, which then tells of it once more.
    if (!this.#lines.has(socket)) this.#lines.set(socket, new Line(socket, this.#captures, this.#written));
  };
  readonly #captures: Captures;
  readonly #written: Written;

  constructor(server: Server | HttpsServer, captures: Captures, written: Written) {
    this.#captures = captures;
    this.#written = written;
    this.#server = server;
    this.#event = server instanceof TlsServer ? 'secureConnection' : 'connection';
    server.on(this.#event, this.#open);
  }

  /** A request has come, or an upgrade, after which everything on the socket is its own. Returns how to say that it is over. */
  begin(lane: string | null, request: IncomingMessage, isUpgrade: boolean): () => void {
    const line = this.#lines.get(request.socket);
    return line?.begin(lane, request, isUpgrade) ?? (() => undefined);
  }

  close(): void {
    this.#server.off(this.#event, this.#open);
  }
}

/** One socket. */
class Line {
  readonly #socket: Socket;
  readonly #captures: Captures;
  /** What has come and is not yet known to be anybody's. */
  #waiting: Buffer = NOTHING;
  /** The requests that are not over, the oldest first: that is the one which is being answered. */
  #runs: Run[] = [];
  /** The request whose body comes, or came last. A body in chunks is not captured: browsers send none. */
  #reading: Run = { lane: null, left: 0 };
  /** What the lanes call this connection. */
  readonly #numbers = new WeakMap<Capture, number>();

  constructor(socket: Socket, captures: Captures, written: Written) {
    this.#socket = socket;
    this.#captures = captures;
    // Before Node's own listener, which hands a request on while it reads it.
    socket.prependListener('data', (bytes) => this.#heard(bytes));
    const { write, end } = socket;
    // Node has no event for what is written.
    const watched = <Result>(say: (...given: never[]) => Result) => {
      return (...given: readonly unknown[]): Result => {
        this.#said(given);
        const result = Reflect.apply(say, socket, given);
        written(socket, () => bytesOf(...given));
        return result;
      };
    };
    socket.write = watched(write);
    socket.end = watched(end);
  }

  begin(lane: string | null, request: IncomingMessage, isUpgrade: boolean): () => void {
    const length = Number(request.headers['content-length'] ?? 0);
    const run: Run = { lane, left: isUpgrade ? Number.POSITIVE_INFINITY : length };
    this.#runs.push(run);
    this.#reading = run;
    const { head, rest } = cutHead(this.#waiting, request);
    this.#waiting = NOTHING;
    if (head.length > 0) this.#add(run, 'up', () => blanked(head));
    // What has come behind an upgrade is put back into the socket by whoever takes it, and comes again.
    if (!isUpgrade) this.#heard(rest);
    return () => {
      this.#runs = this.#runs.filter((other) => other !== run);
      if (this.#socket.destroyed) this.#add(run, 'close', () => NOTHING);
    };
  }

  /** A capture may begin in the middle of a run, and end there. */
  #add({ lane }: Run, what: Piece['what'], bytes: () => Buffer): void {
    const capture = this.#captures.of(lane);
    if (capture === null) return;
    const connection = this.#numbers.get(capture) ?? capture.connect();
    this.#numbers.set(capture, connection);
    const taken = bytes();
    if (taken.length > 0 || what === 'close') capture.add(connection, what, taken);
  }

  #heard(bytes: Buffer): void {
    const own = bytes.subarray(0, this.#reading.left);
    this.#reading.left -= own.length;
    if (own.length > 0) this.#add(this.#reading, 'up', () => own);
    if (own.length === bytes.length) return;
    const waiting = Buffer.concat([this.#waiting, bytes.subarray(own.length)]);
    this.#waiting = waiting.length > WAITING_BYTES ? NOTHING : waiting;
  }

  #said([chunk, encoding]: readonly unknown[]): void {
    const [run] = this.#runs;
    if (run !== undefined) this.#add(run, 'down', () => withBlankedHead(bytesOf(chunk, encoding)));
  }
}

/** Node writes the whole head of a response at once. */
function withBlankedHead(bytes: Buffer): Buffer {
  const end = bytes.toString('latin1', 0, RESPONSE.length) === RESPONSE ? bytes.indexOf(END_OF_HEAD) : -1;
  return end < 0 ? bytes : Buffer.concat([blanked(bytes.subarray(0, end)), bytes.subarray(end)]);
}

/** Finds the head of a request among what has come; before it may be what nobody has read of another one. */
function cutHead(
  bytes: Buffer,
  { method, url, httpVersion }: IncomingMessage,
): { readonly head: Buffer; readonly rest: Buffer } {
  const begin = bytes.indexOf(`${method} ${url} HTTP/${httpVersion}\r\n`, 0, 'latin1');
  const end = begin < 0 ? -1 : bytes.indexOf(END_OF_HEAD, begin);
  if (end < 0) return { head: NOTHING, rest: NOTHING };
  return {
    head: bytes.subarray(begin, end + END_OF_HEAD.length),
    rest: bytes.subarray(end + END_OF_HEAD.length),
  };
}

function bytesOf(chunk?: unknown, encoding?: unknown): Buffer {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (typeof chunk !== 'string') return NOTHING;
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}
