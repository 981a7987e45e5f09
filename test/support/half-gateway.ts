import type { Caller, Gateway, Json, Message, Method } from '../../server/index.js';

/** A gateway as the server's half of an application sees it: what it offers can be called, and what it publishes is kept. */
export class HalfGateway implements Pick<Gateway, 'handle' | 'publish'> {
  readonly published: Message[] = [];
  readonly #methods = new Map<string, Method>();

  handle(method: string, call: Method): void {
    this.#methods.set(method, call);
  }

  async publish(channel: string, data: unknown): Promise<{ readonly id: string; readonly repeated: boolean }> {
    const id = `log.${this.published.length + 1}`;
    // What cannot be JSON would not get into the log.
    this.published.push({ id, channel, data: JSON.parse(JSON.stringify(data)) });
    return { id, repeated: false };
  }

  /** Calls a method from an address; rejects with what it throws. */
  async call<Result = unknown>(method: string, params: Json = null, address = '192.0.2.1'): Promise<Result> {
    const found = this.#methods.get(method);
    if (found === undefined) throw new Error(`Nobody offers ${method}.`);
    const caller: Caller = { client: null, user: null, address };
    return (await found(params, caller)) as Result;
  }

  /** What has been published on a channel. */
  on(channel: string): readonly Json[] {
    return this.published.filter((message) => message.channel === channel).map(({ data }) => data);
  }
}
