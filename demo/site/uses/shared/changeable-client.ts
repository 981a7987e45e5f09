import {
  type ConnectOptions,
  connect,
  type Json,
  type Message,
  type OperationOptions,
  type PublishOptions,
  type PushClient,
  type SubscribeOptions,
  type Subscription,
} from '../../../../client/index.js';
import { randomName } from '../../page/random-name.js';
import { LANE_PARAMETER } from '../../words/lane-name.js';

/** What somebody wants from a channel, whichever client gets it. */
interface Interest {
  readonly channel: string;
  readonly handler: (message: Message<never>) => void;
  subscription: Subscription<unknown>;
}

/**
 * A client whose transport can be changed while it runs. A `PushClient` keeps the transports that it was made with; so a
 * change is a new one that goes on from the positions of the old one, which is all that it takes to lose nothing.
 */
export class ChangeableClient {
  /** What the demo's server knows this client by. Nobody can guess it. */
  readonly id = randomName();
  /** Messages that have come, over every transport. */
  received = 0;
  /** How often messages were gone from the log before they could be read. */
  gaps = 0;
  readonly #address: string;
  readonly #interests = new Set<Interest>();
  /** Operations under way, which their client has to see through: what it sends again has its effect once under its name only. */
  readonly #sending = new Map<PushClient, Set<Promise<unknown>>>();
  #push: PushClient;

  constructor(path: string, options: ConnectOptions) {
    this.#address = `${path}?${LANE_PARAMETER}=${this.id}`;
    this.#push = this.#connect(options);
  }

  get transport(): string | null {
    return this.#push.transport;
  }

  get state(): PushClient['state'] {
    return this.#push.state;
  }

  /** Goes on with other options, from where every subscription is. */
  change(options: ConnectOptions): void {
    const before = this.#push;
    this.#push = this.#connect(options);
    for (const interest of this.#interests) {
      const since = interest.subscription.position;
      interest.subscription.close();
      interest.subscription = this.#subscribe(interest.channel, interest.handler, { since });
    }
    const sending = this.#sending.get(before) ?? [];
    this.#sending.delete(before);
    void Promise.allSettled(sending).then(() => before.close());
  }

  /** As of the client; returns how to end the subscription. */
  subscribe<Data = Json>(
    channel: string,
    handler: (message: Message<Data>) => void,
    options: SubscribeOptions = {},
  ): () => void {
    const interest: Interest = { channel, handler, subscription: this.#subscribe(channel, handler, options) };
    this.#interests.add(interest);
    return () => {
      this.#interests.delete(interest);
      interest.subscription.close();
    };
  }

  /** As of the client. */
  publish(channel: string, data: Json, options: PublishOptions = {}): Promise<{ readonly id: string }> {
    return this.#send((push) => push.publish(channel, data, options));
  }

  /** As of the client; what the method answers is the application's promise. */
  call<Result = unknown>(method: string, params: Json = null, options: OperationOptions = {}): Promise<Result> {
    return this.#send(async (push) => {
      const answer: unknown = await push.call(method, params, options);
      return answer as Result;
    });
  }

  #connect(options: ConnectOptions): PushClient {
    const push = connect(this.#address, options);
    push.on('gap', () => {
      this.gaps += 1;
    });
    return push;
  }

  #subscribe<Data>(channel: string, handler: (message: Message<Data>) => void, options: SubscribeOptions) {
    return this.#push.subscribe<Data>(
      channel,
      (message) => {
        this.received += 1;
        handler(message);
      },
      options,
    );
  }

  async #send<Result>(perform: (push: PushClient) => Promise<Result>): Promise<Result> {
    const push = this.#push;
    const sending = this.#sending.get(push) ?? new Set();
    this.#sending.set(push, sending);
    const operation = perform(push);
    sending.add(operation);
    try {
      return await operation;
    } finally {
      sending.delete(operation);
    }
  }
}
