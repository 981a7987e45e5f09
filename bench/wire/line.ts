import { connect, type Socket } from 'node:net';
import type { Traffic } from '../contestant.js';

/** A raw socket whose bytes are counted. */
export class Line {
  readonly #socket: Socket;
  readonly #traffic: Traffic;
  #isOver = false;

  constructor(
    port: number,
    traffic: Traffic,
    events: { open?(): void; bytes(piece: Buffer): void; over(reason: string): void },
  ) {
    this.#traffic = traffic;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    if (events.open !== undefined) this.#socket.once('connect', events.open);
    this.#socket.on('data', (piece: Buffer) => {
      traffic.down += piece.length;
      if (!this.#isOver) events.bytes(piece);
    });
    let reason = 'the server has closed the connection';
    this.#socket.once('error', (error) => {
      reason = error.message;
    });
    this.#socket.once('close', () => {
      if (!this.#isOver) events.over(reason);
      this.#isOver = true;
    });
  }

  write(text: string | Buffer): void {
    this.#traffic.up += typeof text === 'string' ? Buffer.byteLength(text) : text.length;
    this.#socket.write(text);
  }

  /** Writes the head of a request, with an empty body. */
  request(target: string, headers: readonly string[], method = 'GET', body = ''): void {
    this.#traffic.requests++;
    const length = method === 'POST' ? [`Content-Length: ${Buffer.byteLength(body)}`] : [];
    this.write(
      `${[`${method} ${target} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, ...length].join('\r\n')}\r\n\r\n${body}`,
    );
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Nothing is told after it. */
  close(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }
}
