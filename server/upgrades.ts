import type { IncomingMessage, Server } from 'node:http';
import { ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { PushError } from '../transports/error.js';
import { closeInStages } from './close-in-stages.js';
import { refuseUpgrade } from './problem.js';

/** What is called with an upgrade. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Someone who takes some of a server's upgrades. */
export interface UpgradeOwner {
  /** Whether this one is for it. */
  claims(request: IncomingMessage): boolean;
  readonly take: UpgradeListener;
  /**
   * Watches over the answer to an upgrade that nobody takes, for as long as somebody leaves it unread: neither a time-out of
   * the server nor `closeAllConnections()` knows its socket any more. The first owner that can do so does.
   */
  readonly watch?: (response: ServerResponse) => void;
}

type AnyServer = Server | TlsServer;

/** Listeners that only look at upgrades, and leave the answer to others. */
const watchers = new WeakSet<UpgradeListener>();
const desks = new WeakMap<AnyServer, UpgradeDesk>();

/**
 * Shows every upgrade of a server to a listener, before anybody takes it. The listener may destroy the socket, but does
 * not answer. Returns how to stop.
 */
export function watchUpgrades(server: AnyServer, listener: UpgradeListener): () => void {
  watchers.add(listener);
  server.prependListener('upgrade', listener);
  return () => {
    server.off('upgrade', listener);
  };
}

/** Takes the upgrades of a server that an owner claims; returns how to give them back. */
export function takeUpgrades(server: AnyServer, owner: UpgradeOwner): () => void {
  let desk = desks.get(server);
  if (desk === undefined) {
    desk = new UpgradeDesk(server);
    desks.set(server, desk);
  }
  return desk.add(owner);
}

/**
 * Takes the upgrade of one request that did not ask for one, should it come before this turn's microtasks. Returns
 * `false` when somebody else would see it too, who could not know what it means.
 */
export function expectUpgrade(server: AnyServer, request: IncomingMessage, take: () => void): boolean {
  return desks.get(server)?.expect(request, take) ?? false;
}

/**
 * The one listener for all the gateways on a server. Once a server has a listener for upgrades, Node leaves every one
 * of them to it, so that those which nobody wants need an answer too: they are served as what they would have been
 * without the `Upgrade` header, which a server may ignore (RFC 9110, section 7.8).
 */
class UpgradeDesk {
  readonly #owners = new Set<UpgradeOwner>();
  /** Only one at a time: its upgrade comes as soon as its listener has returned, or not at all. */
  #expected: { readonly request: IncomingMessage; readonly take: () => void } | null = null;

  constructor(private readonly server: AnyServer) {}

  add(owner: UpgradeOwner): () => void {
    if (this.#owners.size === 0) this.server.on('upgrade', this.#answer);
    this.#owners.add(owner);
    return () => {
      this.#owners.delete(owner);
      if (this.#owners.size === 0) this.server.off('upgrade', this.#answer);
    };
  }

  expect(request: IncomingMessage, take: () => void): boolean {
    const listeners = this.server.listeners('upgrade');
    if (listeners.length !== 1 || listeners[0] !== this.#answer) return false;
    this.#expected = { request, take };
    return true;
  }

  readonly #answer: UpgradeListener = (request, socket, head) => {
    const expected = this.#expected;
    this.#expected = null;
    if (expected?.request === request) return expected.take();
    for (const owner of this.#owners) if (owner.claims(request)) return owner.take(request, socket, head);
    const others = this.server.listeners('upgrade') as UpgradeListener[];
    if (others.some((other) => other !== this.#answer && !watchers.has(other))) return;
    serveAsRequest(this.server, request, socket, (response) => this.#watch(response));
  };

  #watch(response: ServerResponse): void {
    for (const { watch } of this.#owners) if (watch !== undefined) return watch(response);
  }
}

/**
 * Whether a request that came before on this connection has no complete answer yet: nothing else can be said in the middle
 * of it. Node lets go of the connection for an upgrade all the same, and does not document where it keeps that answer.
 */
export function isBehindAnother(socket: Duplex): boolean {
  const { _httpMessage = null }: { _httpMessage?: ServerResponse | null } = socket as object;
  return _httpMessage !== null;
}

/** Hands a request to the server's listeners as if it had not asked for an upgrade. Its body has not been read. */
function serveAsRequest(
  server: AnyServer,
  request: IncomingMessage,
  socket: Duplex,
  watch: (response: ServerResponse) => void,
): void {
  if (isBehindAnother(socket)) {
    socket.destroy();
    return;
  }
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (!(socket instanceof Socket) || length !== '0' || encoding !== undefined) {
    refuseUpgrade(request, socket, new PushError('BAD_REQUEST', 'Send a body without the header "Upgrade".'));
    return;
  }
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  socket.on('error', () => socket.destroy());
  socket.on('drain', () => response.emit('drain'));
  // What else the peer sends has no meaning any more, but that it leaves has.
  socket.once('end', () => socket.end()).resume();
  response.once('finish', () => {
    response.detachSocket(socket);
    closeInStages(socket);
    // Whoever has a place until then would have it for ever.
    response.emit('close');
  });
  watch(response);
  server.emit('request', request, response);
}
