import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { PushError } from '../transports/error.js';
import { sendProblem } from './problem.js';
import { watchHeads } from './refused-heads.js';
import { belowPath, partsOf, targetOf } from './target.js';
import type { UpgradeListener } from './upgrades.js';
import { takeUpgrades } from './upgrades.js';

/** What is done with what arrives under a path; the path is taken off the request's `url`, as Express does it. */
export interface Listeners {
  /** Answers a request that was sent with this target, or calls `next` when it is for the server's other listeners. */
  readonly request?: TakeRequest;
  /** Whether an upgrade to this name, and to nothing below it, is taken here. */
  readonly claims: (name: string) => boolean;
  readonly upgrade: UpgradeListener;
  /** Watches over the answer to an upgrade that nobody takes. */
  readonly watch: (response: ServerResponse) => void;
  /** Told of what the server itself has refused; there is no request then, and so no path that it could be under. */
  readonly refusedHead: (code: string) => void;
}

type TakeRequest = (request: IncomingMessage, response: ServerResponse, next: () => void, sent: string) => void;

/** How to give back what was taken; each may be called twice. */
export interface Attachment {
  /** Whether the requests of a server come here. */
  answers(server: Server | TlsServer): boolean;
  leaveUpgrades(): void;
  leaveRequests(): void;
}

/**
 * Takes a path of an HTTP server, and leaves all the others to the listeners that the server has already. Listeners
 * that are added later get every request, as with any server; attach last.
 */
export function attachTo(server: Server | TlsServer, path: string, listeners: Listeners): Attachment {
  const unwatch = watchHeads(server, listeners.refusedHead);
  const leaveRequests = listeners.request && takeRequests(server, path, listeners.request);
  return {
    answers: (asked) => asked === server && leaveRequests !== undefined,
    leaveUpgrades: takeUpgrades(server, {
      claims(request) {
        const below = belowPath(request.url, path);
        if (below === null || request.headers.upgrade?.toLowerCase() !== 'websocket') return false;
        const { name, rest } = partsOf(targetOf({ url: below }).path);
        return rest === '' && listeners.claims(name);
      },
      take(request, socket, head) {
        request.url = belowPath(request.url, path) ?? '/';
        listeners.upgrade(request, socket, head);
      },
      watch: listeners.watch,
    }),
    leaveRequests() {
      unwatch();
      leaveRequests?.();
    },
  };
}

function takeRequests(server: Server | TlsServer, path: string, take: TakeRequest): () => void {
  // A listener cannot keep a request from the ones after it, so this one stands for them all and calls them itself.
  const others = server.listeners('request') as RequestListener[];
  let isTaking = true;
  const pass = (request: IncomingMessage, response: ServerResponse) => {
    for (const other of others) other.call(server, request, response);
    if (others.length === 0 && server.listenerCount('request') === 1) {
      sendProblem(response, new PushError('NOT_FOUND', `Nothing is here; the gateway is at ${path || '/'}.`));
    }
  };
  const listener: RequestListener = (request, response) => {
    const { url } = request;
    const below = isTaking ? belowPath(url, path) : null;
    if (below === null) return pass(request, response);
    request.url = below;
    const next = () => {
      request.url = url;
      pass(request, response);
    };
    take(request, response, next, url ?? '');
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
