import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'express';
import { WebSocket, WebSocketServer } from 'ws';
import { Origins } from '../../server/origins.js';
import { takeUpgrades } from '../../server/upgrades.js';
import { refuseMore, sendProblem } from '../answers.js';
import { BARE_PATH } from '../site/words/bare-feed.js';
import type { VisitorOf } from '../visitors.js';

/** Readers: of one visitor, and of all. Whoever comes beyond them is sent away, for some seconds. */
const READERS = { visitor: 40, all: 200 };
const RETRY_SECONDS = 5;

const FULL = `One address may have ${READERS.visitor} readers of the bare feed, and all together ${READERS.all}.`;

const FOREIGN = 'The bare feed is for pages of its own site.';

/** Of an upgrade that is refused. */
const HEADS = {
  full: `HTTP/1.1 429 Too Many Requests\r\nRetry-After: ${RETRY_SECONDS}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  foreign: 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
};

/** The page of the site comes to it over the network that it breaks, which puts the site into the `Host` again. */
const OWN = new Origins([]);

/** More than this has not been taken: the reader is gone, or as good as gone. */
const HELD_BYTES = 64 * 1024;

/**
 * The feed as a beginner's tutorial would serve it, over server-sent events and over a WebSocket: each message goes to
 * whoever is connected at that moment, without a number in the log, a heartbeat, or anything to ask for afterwards. It is
 * there to be compared with.
 */
export class BareFeed {
  readonly #visitorOf: VisitorOf;
  /** Who reads what. */
  readonly #streams = new Map<ServerResponse, string>();
  readonly #sockets = new Map<WebSocket, string>();
  readonly #upgrades = new WebSocketServer({ noServer: true, maxPayload: 1_024, perMessageDeflate: false });

  constructor(visitorOf: VisitorOf) {
    this.#visitorOf = visitorOf;
  }

  /** Answers `GET /demo/bare/sse` with the stream. */
  readonly stream: RequestHandler = (request, response) => {
    const visitor = this.#visitorOf(request);
    const admitted = admit(request);
    if (admitted === null) return sendProblem(response, 403, 'ORIGIN_FORBIDDEN', FOREIGN);
    if (this.#isFullFor(visitor)) return refuseMore(response, FULL, RETRY_SECONDS * 1_000);
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', ...admitted });
    response.flushHeaders();
    this.#streams.set(response, visitor);
    response.once('close', () => this.#streams.delete(response));
  };

  /** Takes the upgrades of a server to `/demo/bare/websocket`; returns how to give them back. */
  takeUpgrades(server: Server | TlsServer): () => void {
    return takeUpgrades(server, {
      claims: ({ url = '' }: IncomingMessage) => url.split('?', 1)[0] === `${BARE_PATH}/websocket`,
      take: (request, socket, head) => {
        const visitor = this.#visitorOf(request);
        if (admit(request) === null) return refuseUpgrade(socket, HEADS.foreign);
        if (this.#isFullFor(visitor)) return refuseUpgrade(socket, HEADS.full);
        this.#upgrades.handleUpgrade(request, socket, head, (open) => {
          this.#sockets.set(open, visitor);
          open.on('error', () => {}).once('close', () => this.#sockets.delete(open));
        });
      },
    });
  }

  /** Sends a message to everybody who is there now. */
  send(data: unknown): void {
    const text = JSON.stringify(data);
    for (const stream of this.#streams.keys()) {
      if (stream.writableLength > HELD_BYTES) stream.destroy();
      else stream.write(`data: ${text}\n\n`);
    }
    for (const socket of this.#sockets.keys()) {
      if (socket.bufferedAmount > HELD_BYTES) socket.terminate();
      else if (socket.readyState === WebSocket.OPEN) socket.send(text);
    }
  }

  close(): void {
    for (const stream of this.#streams.keys()) stream.destroy();
    for (const socket of this.#sockets.keys()) socket.terminate();
    this.#upgrades.close();
  }

  #isFullFor(visitor: string): boolean {
    const readers = [...this.#streams.values(), ...this.#sockets.values()];
    return readers.length >= READERS.all || readers.filter((other) => other === visitor).length >= READERS.visitor;
  }
}

/** Node has let go of the socket by now, and the other side may never close its own half. */
function refuseUpgrade(socket: Duplex, head: string): void {
  socket.on('error', () => socket.destroy()).once('finish', () => socket.destroy());
  socket.end(head);
}

/** The headers by which a page may read it; `null` for a page of another site. */
function admit(request: IncomingMessage): Record<string, string> | null {
  try {
    return OWN.admit(request);
  } catch {
    return null;
  }
}
