import type { ServerResponse } from 'node:http';
import { OutgoingMessage } from 'node:http';
import { Socket } from 'node:net';
import { takenOf } from './server-socket.js';
import type { RequestExchange } from './server-transport.js';

/** What one write of a stream carries: the bytes, and the same bytes as a chunk (RFC 9112, section 7.1). */
export interface StreamPacket {
  readonly body: Buffer;
  readonly chunk: Buffer;
}

/** Makes a packet, once for everybody who is to receive it. */
export function streamPacket(text: string): StreamPacket {
  const size = `${Buffer.byteLength(text).toString(16)}\r\n`;
  const chunk = Buffer.from(`${size}${text}\r\n`);
  return { body: chunk.subarray(size.length, chunk.length - 2), chunk };
}

/** What a stream is opened on. */
type StreamExchange = Pick<RequestExchange, 'response' | 'release'>;

/** What is told of a stream. */
export interface StreamEvents {
  /** There is room again. */
  readonly drained: () => void;
  /** The connection is gone, or the response is complete. */
  readonly closed: () => void;
}

/** The body of a response that never ends. */
export interface BodyStream {
  /** Returns `false` when there is no room for more, until `drained` is called. */
  write(packet: StreamPacket): boolean;
  /** Ends the response with these last words, if there is room for them. */
  end(last: StreamPacket): void;
  /** Changes whenever the reader has taken something. */
  taken(): number;
}

/** What follows the last chunk of a body. */
const LAST_CHUNK = '0\r\n\r\n';
/** Who takes nothing of the end of a stream for so long is cut, in milliseconds. */
const END_MS = 2_000;

/**
 * Sends the head that was written to a response, and opens its body. Packets go to the socket as they were encoded where
 * the gateway has it, or where the response is Node's own; everywhere else through `response.write`.
 */
export function openStream({ response, release }: StreamExchange, events: StreamEvents): BodyStream {
  gather(response.socket);
  response.flushHeaders();
  // HTTP/1.0 knows no chunks: there the body ends with the connection.
  const { chunkedEncoding: isChunked } = response;
  const socket = release();
  if (socket !== null) return onSocket(socket, isChunked, events);
  return isBare(response) ? besideResponse(response, isChunked, events) : throughResponse(response, events);
}

/** Head, opening and hello go out in one write of the system, as all of them are there before the event loop turns. */
function gather(socket: Socket | null): void {
  // On HTTP/2 there is no socket of its own.
  if (!(socket instanceof Socket)) return;
  socket.cork();
  setImmediate(uncork, socket);
}

function uncork(socket: Socket): void {
  socket.uncork();
}

/** Without anything of Node's HTTP machine: nothing here may keep the response. */
function onSocket(socket: Socket, isChunked: boolean, events: StreamEvents): BodyStream {
  // Not `once`, which keeps three objects more for each of them.
  socket.on('drain', events.drained).on('close', events.closed);
  return {
    write: (packet) => put(socket, packet, isChunked),
    end(last) {
      if (takesNothing(socket)) {
        socket.destroy();
        return;
      }
      put(socket, last, isChunked);
      if (isChunked) socket.end(LAST_CHUNK);
      // Nobody else watches over it: `server.closeAllConnections()` does not know it any more.
      socket.setTimeout(END_MS, () => socket.destroy());
      socket.destroySoon();
    },
    taken: () => takenOf(socket),
  };
}

/** Without the two writes and the length that Node would make of each packet for each response. */
function besideResponse(response: ServerResponse, isChunked: boolean, events: StreamEvents): BodyStream {
  const { socket } = response.req;
  socket.on('drain', events.drained);
  response.once('close', () => {
    socket.off('drain', events.drained);
    events.closed();
  });
  return {
    write: (packet) => put(socket, packet, isChunked),
    end(last) {
      if (takesNothing(socket)) {
        response.destroy();
        return;
      }
      put(socket, last, isChunked);
      response.end();
    },
    taken: () => takenOf(socket),
  };
}

/** The simple way, which always works. */
function throughResponse(response: ServerResponse, events: StreamEvents): BodyStream {
  response.on('drain', events.drained).once('close', events.closed);
  return {
    write: ({ body }) => response.write(body),
    end({ body }) {
      if (response.writableNeedDrain) response.destroy();
      else response.end(body);
    },
    taken: () => takenOf(response.req.socket),
  };
}

/**
 * Whether what is written to the response would go to its socket as it is. It does not through middleware that looks at
 * what is written, on HTTP/2, or in an answer to HEAD.
 */
function isBare(response: ServerResponse): boolean {
  return (
    response.write === OutgoingMessage.prototype.write &&
    response.req.method === 'GET' &&
    response.socket instanceof Socket
  );
}

function put(socket: Socket, { body, chunk }: StreamPacket, isChunked: boolean): boolean {
  // A peer that has closed its side gets nothing more. It counts as full for as long as something is left in the socket.
  if (!socket.writable) return socket.writableLength === 0;
  // An empty chunk would end the body.
  return body.length === 0 || socket.write(isChunked ? chunk : body);
}

/** Who does not read would keep the socket, and what is left in it, for as long as it likes. */
function takesNothing(socket: Socket): boolean {
  return socket.writableNeedDrain || !socket.writable;
}
