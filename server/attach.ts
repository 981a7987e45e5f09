import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { PushError } from '../transports/error.js';
import { refuseUpgrade, sendProblem } from './problem.js';

/** What is done with what arrives under a path. */
export interface Listeners {
  readonly request?: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** How to give back what was taken; each may be called twice. */
export interface Attachment {
  leaveUpgrades(): void;
  leaveRequests(): void;
}

/**
 * Takes a path of an HTTP server, and leaves all the others to the listeners that the server has already. Listeners
 * that are added later get every request, as with any server; attach last.
 */
export function attachTo(server: Server | TlsServer, path: string, listeners: Listeners): Attachment {
  return {
    leaveUpgrades: takeUpgrades(server, path, listeners.upgrade),
    leaveRequests: listeners.request === undefined ? () => undefined : takeRequests(server, path, listeners.request),
  };
}

function takeRequests(
  server: Server | TlsServer,
  path: string,
  take: (request: IncomingMessage, response: ServerResponse) => void,
): () => void {
  // A listener cannot keep a request from the ones after it, so this one stands for them all and calls them itself.
  const others = server.listeners('request') as RequestListener[];
  let isTaking = true;
  const listener: RequestListener = (request, response) => {
    if (isTaking && isUnder(request.url, path)) {
      request.url = (request.url ?? '/').slice(path.length) || '/';
      take(request, response);
      return;
    }
    for (const other of others) other.call(server, request, response);
    if (others.length === 0 && server.listenerCount('request') === 1) {
      sendProblem(response, new PushError('NOT_FOUND', `Nothing is here; the gateway is at ${path || '/'}.`));
    }
  };
  server.removeAllListeners('request');
  server.on('request', listener);
  return () => {
    isTaking = false;
    // Whoever has attached itself meanwhile stands for this listener now, and still needs it for the others.
    if (!server.listeners('request').includes(listener)) return;
    server.off('request', listener);
    for (const other of others) server.on('request', other);
  };
}

function takeUpgrades(
  server: Server | TlsServer,
  path: string,
  take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): () => void {
  const listener = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isUnder(request.url, path)) take(request, socket, head);
    // Nobody else would answer, and the socket would hang: once a server has an upgrade listener, Node leaves it alone.
    else if (server.listenerCount('upgrade') === 1) {
      refuseUpgrade(socket, new PushError('NOT_FOUND', `Upgrades are taken under ${path || '/'} only.`));
    }
  };
  server.on('upgrade', listener);
  return () => server.off('upgrade', listener);
}

function isUnder(url: string | undefined, path: string): boolean {
  if (url === undefined || !url.startsWith(path)) return false;
  const next = url[path.length];
  return next === undefined || next === '/' || next === '?';
}
