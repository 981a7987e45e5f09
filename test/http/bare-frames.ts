import type { Socket } from 'node:net';
import { HANDSHAKE } from '../support/handshake.js';
import { type RawResponse, rawHttp } from '../support/raw-http.js';

/** A frame of a client, masked with zeros (RFC 6455, section 5.2). */
export function frame(opcode: number, payload: Buffer, fin = true): Buffer {
  const head = [(fin ? 0x80 : 0) | opcode];
  if (payload.length < 126) head.push(0x80 | payload.length);
  else head.push(0x80 | 126, payload.length >> 8, payload.length & 0xff);
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}

/** A WebSocket of which only the handshake is done; what else is sent is up to the test. */
export async function unreadWebSocket(push: string): Promise<Socket> {
  return (await shakeHands(push)).socket;
}

function shakeHands(push: string, headers: Readonly<Record<string, string>> = {}): Promise<RawResponse> {
  return rawHttp(`${push}/websocket`, { headers: { ...HANDSHAKE, ...headers } });
}

/** What {@link bareWebSocket} returns. */
interface BareWebSocket {
  readonly socket: Socket;
  /** The head of the handshake's answer, by names in lower case. */
  readonly head: ReadonlyMap<string, string>;
  /** Resolves with the code of the close frame. */
  readonly closed: () => Promise<number>;
}

/** The same, and all that comes is read. */
export async function bareWebSocket(push: string, headers?: Readonly<Record<string, string>>): Promise<BareWebSocket> {
  const { socket, headers: head } = await shakeHands(push, headers);
  const reading = (async () => {
    const pieces: Buffer[] = [];
    for await (const piece of socket) pieces.push(piece);
    return Buffer.concat(pieces);
  })().catch(() => Buffer.alloc(0));
  // The last frame is the close frame: 0x88, its length, the code.
  const closed = async () => {
    const bytes = await reading;
    const at = bytes.lastIndexOf(0x88);
    return at < 0 ? 1006 : bytes.readUInt16BE(at + 2);
  };
  return { socket, head, closed };
}
