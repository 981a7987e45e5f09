import { outgoingCall, outgoingPublish } from '../../client/outgoing.js';
import { Uplink } from '../../client/uplink.js';
import type { Call, Publish } from '../../transports/operation.js';
import { FakeEnvironment, settled } from '../support/fake-environment.js';

type Answer = {
  readonly status: number;
  readonly text: string;
  readonly headers?: { get(name: string): string | null };
} | null;

/** An uplink whose requests a test answers by hand. */
export class Bench {
  readonly environment = new FakeEnvironment();
  readonly bodies: (Publish | Call)[][] = [];
  readonly uplink = new Uplink(
    this.environment,
    (body, signal) => {
      const operations: (Publish | Call)[] = JSON.parse(body);
      this.bodies.push(operations);
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        this.#answer = (answer) => (answer === null ? reject(new Error('network')) : resolve(answer));
        this.#answers.push(this.#answer);
      });
    },
    { baseMs: 500, capMs: 30_000 },
  );
  #answer: (answer: Answer) => void = () => {};
  readonly #answers: ((answer: Answer) => void)[] = [];

  publish(key: string, timeoutMs = 10_000) {
    const outcome = this.uplink.perform(
      outgoingPublish({ type: 'publish', channel: 'chat', key }, null, 1_000),
      timeoutMs,
    );
    outcome.catch(() => {});
    return outcome;
  }

  call(key: string, timeoutMs = 10_000) {
    const outcome = this.uplink.perform(outgoingCall({ type: 'call', method: 'work', key }, null, 1_000), timeoutMs);
    outcome.catch(() => {});
    return outcome;
  }

  /** Answers the request of this number. */
  async reply(request: number): Promise<void> {
    const replies = this.bodies[request]?.map(({ key, type }) =>
      type === 'publish' ? { type: 'ack', key, id: 'log.1' } : { type: 'reply', key, result: key },
    );
    this.#answers[request]?.({ status: 200, text: JSON.stringify(replies) });
    await settled();
  }

  async answer(status: number, body?: unknown): Promise<void> {
    const acks = this.bodies.at(-1)?.map(({ key }) => ({ type: 'ack', key, id: 'log.1' }));
    this.#answer({ status, text: JSON.stringify(body ?? acks) });
    await settled();
  }

  async refuse(status: number, retryAfter: string): Promise<void> {
    const headers = { get: (name: string) => (name === 'retry-after' ? retryAfter : 'text/plain') };
    this.#answer({ status, text: '', headers });
    await settled();
  }

  async cut(): Promise<void> {
    this.#answer(null);
    await settled();
  }

  get keys(): string[][] {
    return this.bodies.map((body) => body.map(({ key }) => key ?? ''));
  }
}
