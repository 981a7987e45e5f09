import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Measure, Order } from '../support/measured-gateway.js';
import { afterwards } from './site.js';

const GATEWAY = fileURLToPath(new URL('../support/measured-gateway.ts', import.meta.url));

/** A gateway's process that was forked for a test, and ends with it. */
export class GatewayProcess {
  static async start(): Promise<GatewayProcess> {
    const child = fork(GATEWAY, { execArgv: ['--expose-gc', '--import', 'tsx'] });
    afterwards(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    });
    const started = new GatewayProcess(child);
    started.push = (await started.#answer<{ push: string }>()).push;
    return started;
  }

  push = '';

  private constructor(private readonly child: ReturnType<typeof fork>) {}

  /** Publishes so many texts of so many letters; resolves with the number of the last one. */
  async publish(count: number, letters: number): Promise<number> {
    const { published } = await this.#ask<{ published: number }>({
      do: 'publish',
      channel: 'a',
      letters,
      count,
    });
    return published;
  }

  measure(): Promise<Measure> {
    return this.#ask({ do: 'measure' });
  }

  #ask<Wanted extends Answer>(order: Order): Promise<Wanted> {
    this.child.send(order);
    return this.#answer();
  }

  async #answer<Wanted extends Answer>(): Promise<Wanted> {
    const over = new AbortController();
    const { signal } = over;
    try {
      const ended = once(this.child, 'exit', { signal }).then(([status]) => {
        throw new Error(`The gateway ended with ${status}.`);
      });
      const [answer] = await Promise.race([once(this.child, 'message', { signal }), ended]);
      return answer;
    } finally {
      over.abort();
    }
  }
}
