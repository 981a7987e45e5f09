import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { PushError } from '../transports/error.js';
import { refuseUpgrade } from './problem.js';

/** What is done with what arrives under a path. */
export interface Listeners {
  readonly request?: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/**
 * Takes a path of an HTTP server, and leaves all the others to the listeners that the server has already. Listeners
 * that are added later get every request, as with any server; attach last. Returns how to undo it.
 */
export function attachTo(server: Server | TlsServer, path: string, listeners: Listeners): () => void {
  const undo = [takeUpgrades(server, path, listeners.upgrade)];
  if (listeners.request !== undefined) undo.push(takeRequests(server, path, listeners.request));
  return () => {
    for (const step of undo) step();
  };
}

function takeRequests(
  server: Server | TlsServer,
  path: string,
  take: (request: IncomingMessage, response: ServerResponse) => void,
): () => void {
  // A listener cannot keep a request from the ones after it, so this one stands for them all and calls them itself.
  const others = server.listeners('request');
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    if (!isUnder(request.url, path)) {
      for (const other of others) other.call(server, request, response);
      return;
    }
    request.url = (request.url ?? '/').slice(path.length) || '/';
    take(request, response);
  };
  server.removeAllListeners('request');
  server.on('request', listener);
  return () => {
    server.off('request', listener);
    for (const other of others) server.on('request', (...args: unknown[]) => other.apply(server, args));
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
