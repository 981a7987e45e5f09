import type { ServerResponse } from 'node:http';
import { OutgoingMessage } from 'node:http';
import { Socket } from 'node:net';
import { takenOf } from './server-socket.js';

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

/**
 * Sends the head that was written to a response, and opens its body. Where the response is Node's own and has the
 * socket, packets go there as they were encoded; everywhere else through `response.write`.
 */
export function openStream(response: ServerResponse, events: StreamEvents): BodyStream {
  const { socket } = response.req;
  response.flushHeaders();
  const put = isBare(response) ? onSocket(response, socket, events) : onResponse(response, events);
  response.once('close', events.closed);
  return {
    write: (packet) => packet.body.length === 0 || put(packet),
    end(last) {
      // Who does not read would keep the socket, and what is left in it, for as long as it likes.
      if (response.writableNeedDrain || socket.writableNeedDrain || !socket.writable) {
        response.destroy();
      } else {
        put(last);
        response.end();
      }
    },
    taken: () => takenOf(socket),
  };
}

/**
 * Whether what is written to the response would go to its socket as it is. It does not behind a request that is still
 * being answered, through middleware that looks at what is written, on HTTP/2, or in an answer to HEAD.
 */
function isBare(response: ServerResponse): boolean {
  return (
    response.write === OutgoingMessage.prototype.write &&
    response.req.method === 'GET' &&
    response.socket instanceof Socket
  );
}

/** The simple way, which always works. */
function onResponse(response: ServerResponse, events: StreamEvents): (packet: StreamPacket) => boolean {
  response.on('drain', events.drained);
  return ({ body }) => response.write(body);
}

/** Without the two writes and the length that Node would make of each packet for each response. */
function onSocket(response: ServerResponse, socket: Socket, events: StreamEvents): (packet: StreamPacket) => boolean {
  // HTTP/1.0 knows no chunks: there the body ends with the connection.
  const { chunkedEncoding } = response;
  socket.on('drain', events.drained);
  response.once('close', () => socket.off('drain', events.drained));
  return ({ body, chunk }) => {
    // A peer that has closed its side gets nothing more. It counts as full for as long as something is left in the socket.
    if (!socket.writable) return socket.writableLength === 0;
    return socket.write(chunkedEncoding ? chunk : body);
  };
}
