import type { WebSocket } from 'ws';
import { CLOSE } from '../close.js';
import { roundMs } from '../round-ms.js';
import type { TransportSettings, UpgradeExchange } from '../server-transport.js';
import type { Unfinished } from './server-frame-lengths.js';
import { unfinishedBehind } from './server-frame-lengths.js';

/** What may come beside a message and its frames' headers, in bytes, as at its beginning the end of what was before. */
const BESIDE = 64 * 1024;

/** A peer in the middle of a message. */
interface Begun {
  readonly message: Unfinished;
  /** All that has come since it began, be it of the message or between its frames. */
  readonly bytes: number;
  readonly refused: UpgradeExchange['refused'];
}

/**
 * The messages that have begun to come and are not complete. What has come of one stays in memory until its end, with all that was
 * read from the network together with it: who lets one take too long, or sends too much between its frames, is closed. One
 * round looks at the time of all of them, and there is none while there are no such messages.
 */
export class UnfinishedMessages {
  readonly #begun = new Map<WebSocket, Begun>();
  #round: NodeJS.Timeout | undefined;

  constructor(private readonly settings: Pick<TransportSettings, 'frameBytes' | 'frameTimeoutMs'>) {}

  /** MUST be told of all bytes that a peer sends, after its WebSocket. */
  see(client: WebSocket, chunk: Buffer, refused: UpgradeExchange['refused']): void {
    const before = this.#begun.get(client);
    const isHeard = client.readyState === client.OPEN;
    const message = isHeard ? unfinishedBehind(before?.message ?? null, chunk, performance.now()) : null;
    if (message === null) {
      if (before !== undefined) this.#begun.delete(client);
      return;
    }
    const bytes = (message.since === before?.message.since ? before.bytes : 0) + chunk.length;
    this.#begun.set(client, { message, bytes, refused });
    const { frameBytes, frameTimeoutMs } = this.settings;
    if (bytes > 2 * frameBytes + BESIDE) {
      this.#close(client, 'TOO_LARGE', 'Too much came between the frames of a message; send it in one piece.');
    } else this.#round ??= setInterval(() => this.#look(), roundMs(frameTimeoutMs)).unref();
  }

  #look(): void {
    const now = performance.now();
    const { frameTimeoutMs: ms } = this.settings;
    for (const [client, begun] of this.#begun) {
      const { message } = begun;
      if (client.readyState !== client.OPEN) this.#begun.delete(client);
      // Whom we do not read, because its operations wait for their turn, cannot go on.
      else if (client.isPaused) this.#begun.set(client, { ...begun, message: { ...message, since: now } });
      else if (now - message.since > ms) {
        this.#close(client, 'BODY_TIMEOUT', `The message has not come within ${ms} ms; send it in one piece.`);
      }
    }
    if (this.#begun.size > 0) return;
    clearInterval(this.#round);
    this.#round = undefined;
  }

  #close(client: WebSocket, code: 'BODY_TIMEOUT' | 'TOO_LARGE', why: string): void {
    this.#begun.get(client)?.refused(code);
    this.#begun.delete(client);
    client.close(CLOSE.policy, why);
  }
}
