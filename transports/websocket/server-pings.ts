import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { heardOf, takenOf } from '../server-socket.js';

/** So many parts a round has: pings to all at once would be a burst of writes. */
const PARTS = 25;
/** What a timer can keep to, in milliseconds. */
const SHORTEST_MS = 10;
/** What is heard of nobody. */
const NOTHING = -1;

/**
 * Pings the peers of all connections, each once in a heartbeat, and cuts one of which nothing comes, be it the answer or a
 * part of something else, whatever its socket says. One timer goes round: one for each connection is memory, and a wake-up, for each.
 */
export class Pings {
  readonly #parts: Set<Peer>[];
  readonly #periodMs: number;
  #at = 0;
  #peers = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(heartbeatMs: number) {
    const parts = Math.max(1, Math.min(PARTS, Math.floor(heartbeatMs / SHORTEST_MS)));
    this.#parts = Array.from({ length: parts }, () => new Set());
    this.#periodMs = heartbeatMs / parts;
  }

  /** From now on, until it is closed. */
  watch(client: WebSocket, socket: Duplex): void {
    const peer = new Peer(client, socket);
    // It has just been this part's turn, so that it is again in a whole heartbeat.
    const part = this.#parts[this.#at] as Set<Peer>;
    part.add(peer);
    this.#peers++;
    this.#timer ??= setInterval(() => this.#goOn(), this.#periodMs);
    client.on('close', () => {
      if (part.delete(peer)) this.#peers--;
      if (this.#peers > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
  }

  #goOn(): void {
    this.#at = (this.#at + 1) % this.#parts.length;
    for (const peer of this.#parts[this.#at] as Set<Peer>) peer.ask();
  }
}

/** The other side of a connection, and whether it has been heard of. */
class Peer {
  #heard = NOTHING;
  #taken = 0;
  #wasBehind = false;

  constructor(
    private readonly client: WebSocket,
    private readonly socket: Duplex,
  ) {}

  ask(): void {
    const { client, socket } = this;
    const heard = heardOf(socket);
    const taken = takenOf(socket);
    // A ping behind a backlog is long on its way: whoever takes of the backlog is there.
    const moves = this.#wasBehind && taken !== this.#taken;
    // Whom we do not read, because its operations wait for their turn, we cannot hear.
    if (heard === this.#heard && !moves && !client.isPaused) client.terminate();
    this.#heard = client.isPaused ? NOTHING : heard;
    this.#taken = taken;
    this.#wasBehind = socket.writableLength > 0;
    client.ping();
  }
}
