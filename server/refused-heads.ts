import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Server as SecureServer } from 'node:tls';

/** What Node refuses before it is a request, by the code of its error; whatever else cannot be parsed is a bad request. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', 'HEAD_TOO_LARGE'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'REQUEST_TIMEOUT'],
]);

/**
 * Tells of what a server refuses by itself, without a request: heads that are too large (431), that come too slowly (408),
 * or that are none (400). A listener for `clientError` would have to give Node's answers in its place; each ends with the
 * socket destroyed for that error, and this listens there. Returns how to stop.
 */
export function watchHeads(server: Server | TlsServer, refused: (code: string) => void): () => void {
  const failed = ({ code = '' }: NodeJS.ErrnoException) => {
    if (REFUSALS.has(code) || code.startsWith('HPE_')) refused(REFUSALS.get(code) ?? 'BAD_REQUEST');
  };
  const event = server instanceof SecureServer ? 'secureConnection' : 'connection';
  const watch = (socket: Socket) => {
    // One that was taken for polls is given back as a new connection.
    if (!socket.listeners('error').includes(failed)) socket.once('error', failed);
  };
  server.on(event, watch);
  return () => {
    server.off(event, watch);
  };
}
