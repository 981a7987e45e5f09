import type { WebSocket } from 'ws';
import { CLOSE } from '../close.js';
import type { UpgradeExchange } from '../server-transport.js';
import type { Unfinished } from './server-framing.js';
import { unfinishedBehind } from './server-framing.js';

/** A peer in the middle of a message. */
interface Begun {
  readonly message: Unfinished;
  readonly refused: UpgradeExchange['refused'];
}

/**
 * The messages that have begun to come and are not complete: who lets one take too long is closed, since what has come of it
 * stays in memory until its end. One round looks at all of them, and there is none while there are no such messages.
 */
export class UnfinishedMessages {
  readonly #begun = new Map<WebSocket, Begun>();
  #round: NodeJS.Timeout | undefined;

  constructor(private readonly timeoutMs: number) {}

  /** MUST be told of all bytes that a peer sends, after its WebSocket. */
  see(client: WebSocket, chunk: Buffer, refused: UpgradeExchange['refused']): void {
    const before = this.#begun.get(client)?.message ?? null;
    const isHeard = client.readyState === client.OPEN;
    const message = isHeard ? unfinishedBehind(before, chunk, performance.now()) : null;
    if (message !== null) {
      this.#begun.set(client, { message, refused });
      this.#round ??= setInterval(() => this.#look(), Math.max(10, Math.min(1_000, this.timeoutMs / 4))).unref();
    } else if (before !== null) this.#begun.delete(client);
  }

  #look(): void {
    const now = performance.now();
    for (const [client, { message, refused }] of this.#begun) {
      if (client.readyState !== client.OPEN) this.#begun.delete(client);
      // Whom we do not read, because its operations wait for their turn, cannot go on.
      else if (client.isPaused) this.#begun.set(client, { message: { ...message, since: now }, refused });
      else if (now - message.since > this.timeoutMs) {
        this.#begun.delete(client);
        refused('BODY_TIMEOUT');
        client.close(CLOSE.policy, `The message has not come within ${this.timeoutMs} ms; send it in one piece.`);
      }
    }
    if (this.#begun.size > 0) return;
    clearInterval(this.#round);
    this.#round = undefined;
  }
}
