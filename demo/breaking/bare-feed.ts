import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { RequestHandler } from 'express';
import { WebSocket, WebSocketServer } from 'ws';
import { takeUpgrades } from '../../server/upgrades.js';
import { BARE_PATH } from '../site/words/bare-feed.js';

/** Readers of all visitors together; whoever comes beyond them is sent away. */
const READERS = 200;

/** More than this has not been taken: the reader is gone, or as good as gone. */
const HELD_BYTES = 64 * 1024;

/**
 * The feed as a beginner's tutorial would serve it, over server-sent events and over a WebSocket: each message goes to
 * whoever is connected at that moment, without a number in the log, a heartbeat, or anything to ask for afterwards. It is
 * there to be compared with.
 */
export class BareFeed {
  readonly #streams = new Set<ServerResponse>();
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 1_024, perMessageDeflate: false });

  /** Answers `GET /demo/bare/sse` with the stream. */
  readonly stream: RequestHandler = (_request, response) => {
    if (this.#isFull) return void response.status(503).end();
    const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };
    // The page comes to it over the network that it breaks, which is another origin.
    response.writeHead(200, { ...headers, 'Access-Control-Allow-Origin': '*' });
    response.flushHeaders();
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  };

  /** Takes the upgrades of a server to `/demo/bare/websocket`; returns how to give them back. */
  takeUpgrades(server: Server | TlsServer): () => void {
    return takeUpgrades(server, {
      claims: ({ url = '' }: IncomingMessage) => url.split('?', 1)[0] === `${BARE_PATH}/websocket`,
      take: (request, socket, head) => {
        if (this.#isFull) return void socket.destroy();
        this.#sockets.handleUpgrade(request, socket, head, (open) => open.on('error', () => {}));
      },
    });
  }

  /** Sends a message to everybody who is there now. */
  send(data: unknown): void {
    const text = JSON.stringify(data);
    for (const stream of this.#streams) {
      if (stream.writableLength > HELD_BYTES) stream.destroy();
      else stream.write(`data: ${text}\n\n`);
    }
    for (const socket of this.#sockets.clients) {
      if (socket.bufferedAmount > HELD_BYTES) socket.terminate();
      else if (socket.readyState === WebSocket.OPEN) socket.send(text);
    }
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy();
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
  }

  get #isFull(): boolean {
    return this.#streams.size + this.#sockets.clients.size >= READERS;
  }
}
