import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { takenOf } from '../server-socket.js';

/** So many parts a round has: pings to all at once would be a burst of writes. */
const PARTS = 25;
/** What a timer can keep to, in milliseconds. */
const SHORTEST_MS = 10;

/**
 * Pings the peers of all connections, each once in a heartbeat, and cuts one that answers neither that nor says anything
 * else, whatever its socket says. One timer goes round: one for each connection is memory, and a wake-up, for each.
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
  watch(client: WebSocket, socket: Duplex): Peer {
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
    return peer;
  }

  #goOn(): void {
    this.#at = (this.#at + 1) % this.#parts.length;
    for (const peer of this.#parts[this.#at] as Set<Peer>) peer.ask();
  }
}

/** The other side of a connection, and whether it has been heard of. */
class Peer {
  #heard = true;
  #taken = 0;
  #wasBehind = false;

  constructor(
    private readonly client: WebSocket,
    private readonly socket: Duplex,
  ) {
    client.on('pong', () => this.hear());
  }

  hear(): void {
    this.#heard = true;
  }

  ask(): void {
    const { client, socket } = this;
    const taken = takenOf(socket);
    // A ping behind a backlog is long on its way: whoever takes of the backlog is there.
    const moves = this.#wasBehind && taken !== this.#taken;
    // Whom we do not read, because its operations wait for their turn, we cannot hear.
    if (!this.#heard && !moves && !client.isPaused) client.terminate();
    this.#heard = client.isPaused;
    this.#taken = taken;
    this.#wasBehind = socket.writableLength > 0;
    client.ping();
  }
}
