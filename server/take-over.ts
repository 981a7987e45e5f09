import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, Server } from 'node:http';
import { OutgoingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expectUpgrade } from './upgrades.js';

/*
 * A stream needs nothing of Node's HTTP machine once its head is written, but parser, request and response stay with
 * it for as long as it lasts: 8 of 12 KiB. Node lets go of them for an upgrade, and looks whether a request is one when
 * its listener has returned. That this can be said of a request from inside the listener is not documented, so all of
 * it is here; whenever a condition does not hold or the upgrade does not come, the response stays Node's, which works
 * as well and costs more.
 */

/** Where Node tells tracers of every response that is complete. */
const finished = channel('http.server.response.finish');
/** Responses on a socket that Node has let go of. */
const taken = new WeakSet<ServerResponse>();

/**
 * Asks Node to let go of the socket of a request. MUST be called before the listener of the request returns, and before
 * anything is listened to on the response. Where the response `goesOn` until the connection ends, nothing more is heard from
 * the peer but that it leaves; otherwise nothing at all, until the socket is read.
 */
export function takeOver(request: IncomingMessage, response: ServerResponse, { goesOn }: { goesOn: boolean }): void {
  const { socket } = request;
  if (!isPlain(request, response) || !isUnseen(request, response)) return;
  const server = serverOf(socket);
  const isUpgrade = server !== undefined && expectUpgrade(server, request, () => take(response, socket, goesOn));
  if (!isUpgrade) return;
  const flagged: IncomingMessage & { upgrade?: boolean | null } = request;
  flagged.upgrade = true;
  // By now the upgrade has come. It does not when another request came right behind this one, and is being read.
  queueMicrotask(() => {
    if (!taken.has(response)) flagged.upgrade = false;
    else if (!isUnseen(request, response)) keep(request, response);
  });
}

/** The server that has accepted a connection. */
export function serverOf(socket: Socket): Server | undefined {
  const { server }: { server?: Server } = socket as object;
  return server;
}

/** Whether the response is on a socket of its own, which ends with it. */
export function isTaken(response: ServerResponse): boolean {
  return taken.has(response);
}

/**
 * Parts a response whose head is written from its socket, and returns that; `null` when it is Node's. Nothing is to be
 * done with the response afterwards. It says nothing of its end either: what is listened to has to be on the socket.
 */
export function release(response: ServerResponse): Socket | null {
  const { socket } = response;
  if (!taken.delete(response) || socket === null) return null;
  response.detachSocket(socket);
  return socket;
}

/**
 * Hands a socket that was taken back to its server, with the beginning of what comes next: what a connection is to which a
 * server has never listened.
 */
export function giveBack(socket: Socket, read: Buffer): void {
  socket.off('error', destroy).off('end', end).unshift(read);
  serverOf(socket)?.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket);
  socket.resume();
}

/** Whether nothing but the head of the request is on the socket, and the response has that. */
function isPlain({ headers, method }: IncomingMessage, response: ServerResponse): boolean {
  return (
    method === 'GET' &&
    headers.upgrade === undefined &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    // Behind a request that is still being answered it has none.
    response.socket instanceof Socket
  );
}

/** Whether nobody but Node has to do with the request, so that nobody waits for what only Node tells. */
function isUnseen(request: IncomingMessage, response: ServerResponse): boolean {
  return (
    !finished.hasSubscribers &&
    response.write === OutgoingMessage.prototype.write &&
    response.end === OutgoingMessage.prototype.end &&
    // Node itself listens to one of them.
    response.listenerCount('finish') === 1 &&
    ['close', 'drain', 'error'].every((event) => response.listenerCount(event) === 0) &&
    ['close', 'aborted', 'end', 'data', 'error'].every((event) => request.listenerCount(event) === 0)
  );
}

/** Does for the socket what Node's HTTP machine did. */
function take(response: ServerResponse, socket: Socket, goesOn: boolean): void {
  taken.add(response);
  // It cannot be used for another request: what came of one already is lost with the parser.
  response.shouldKeepAlive = false;
  socket.setTimeout(0);
  socket.on('error', destroy).on('end', end);
  // What else the peer sends has no meaning any more, but that it leaves has.
  if (goesOn) socket.resume();
}

/**
 * Leaves the response on the socket that was taken, for somebody who began to listen behind the gateway's back, as
 * middleware does that goes on after `next()`: Node still tells of a response that has its socket, but not of its request.
 */
function keep(request: IncomingMessage, response: ServerResponse): void {
  taken.delete(response);
  request.socket.on('drain', () => response.emit('drain')).once('close', () => request.destroy());
}

function destroy(this: Socket): void {
  this.destroy();
}

function end(this: Socket): void {
  this.end();
}
