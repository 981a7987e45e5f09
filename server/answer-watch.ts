import type { ServerResponse } from 'node:http';
import { roundMs } from '../transports/round-ms.js';
import { takenOf } from '../transports/server-socket.js';

/** Options of {@link AnswerWatch}. */
export interface AnswerWatchOptions {
  /** Who takes nothing of an answer for so long is cut, in milliseconds. */
  readonly stalledMs: number;
  /** Milliseconds since some moment. */
  readonly now: () => number;
  /** Told of each answer whose reader was cut. */
  readonly cut: (response: ServerResponse) => void;
}

/** How much of an answer had been taken, and since when nothing more. */
interface Progress {
  readonly taken: number;
  readonly since: number;
}

/**
 * Watches answers that are complete but not yet taken: a reader that leaves one where it is would keep it in memory for
 * as long as it likes. An answer that is still being written is none of its business: a stream has a watch of its own.
 * One round looks at all of them, since a timer for each would cost every request.
 */
export class AnswerWatch {
  readonly #answers = new Map<ServerResponse, Progress | null>();
  #round: NodeJS.Timeout | null = null;

  constructor(private readonly options: AnswerWatchOptions) {}

  /** May be told of one twice. */
  add(response: ServerResponse): void {
    if (response.closed || this.#answers.has(response)) return;
    this.#answers.set(response, null);
    response.on('close', () => this.remove(response));
    this.#round ??= setInterval(() => this.look(), roundMs(this.options.stalledMs)).unref();
  }

  remove(response: ServerResponse): void {
    this.#answers.delete(response);
  }

  /** One round; without answers it is the last, until there are some again. */
  look(): void {
    if (this.#answers.size === 0 && this.#round !== null) {
      clearInterval(this.#round);
      this.#round = null;
    }
    const now = this.options.now();
    for (const [response, before] of this.#answers) {
      if (!response.writableEnded) continue;
      const { socket } = response.req;
      const taken = takenOf(socket);
      if (before === null || before.taken !== taken) this.#answers.set(response, { taken, since: now });
      else if (now - before.since > this.options.stalledMs) {
        this.#answers.delete(response);
        socket.destroy();
        this.options.cut(response);
      }
    }
  }
}
