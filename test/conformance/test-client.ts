import type { GapNotice, Json, Message, PublishOptions, TraceEntry } from '../../client/index.js';
import { waitUntil } from '../support/wait-until.js';
import type { Driver, Heard, Outcome } from './driver.js';

/** Generous: these tests wait for what must come, not for how soon. */
const PATIENCE_MS = 30_000;

/** A driven client with everything it has heard so far. */
export class TestClient {
  readonly heard: Heard[] = [];
  readonly driver: Driver;

  constructor(driver: Driver) {
    this.driver = driver;
  }

  /** Subscribes, and waits until that is carried. The subscription goes by its channel's name unless it gets its own. */
  async subscribe(channel: string, since = 'now', name = channel): Promise<void> {
    resultOf(await this.driver.subscribe(name, channel, since));
    resultOf(await this.driver.ready(name));
  }

  /** What one subscription, or every one, has been given. */
  messages(subscription?: string): readonly Message[] {
    const taken = this.heard.filter((event) => event.type === 'message');
    return taken
      .filter((event) => subscription === undefined || event.subscription === subscription)
      .map(({ message }) => message);
  }

  data(subscription?: string): readonly Json[] {
    return this.messages(subscription).map(({ data }) => data);
  }

  get gaps(): readonly GapNotice[] {
    return this.heard.filter((event) => event.type === 'gap').map(({ gap }) => gap);
  }

  /** The transports that have carried, in turn. */
  get carriers(): readonly string[] {
    return this.heard.filter((event) => event.type === 'transport').map(({ to }) => to);
  }

  get errors(): readonly string[] {
    return this.heard.filter((event) => event.type === 'error').map(({ code }) => code);
  }

  /** Waits until it has heard enough. */
  async until(what: string, enough: () => boolean | Promise<boolean>, timeoutMs = PATIENCE_MS): Promise<void> {
    try {
      await waitUntil(what, async () => (await this.sync()) && (await enough()), { timeoutMs });
    } catch (error) {
      if (error instanceof Error) error.message += `\n\nThe client's trace:\n${await this.story()}`;
      throw error;
    }
  }

  /** Waits for this many messages. */
  async untilMessages(count: number, subscription?: string): Promise<readonly Json[]> {
    await this.until(`${count} messages`, () => this.messages(subscription).length >= count);
    return this.data(subscription);
  }

  async untilCarriedBy(transport: string): Promise<void> {
    await this.until(`${transport} to carry`, () => this.carriers.at(-1) === transport);
  }

  async untilState(state: string): Promise<void> {
    await this.until(`the state "${state}"`, () => this.#state === state);
  }

  trace(): Promise<readonly TraceEntry[]> {
    return this.driver.trace();
  }

  /** Waits for a line of the trace. */
  async untilTraced(what: string, matches: (entry: TraceEntry) => boolean): Promise<void> {
    await this.until(what, async () => (await this.trace()).some(matches));
  }

  /** Publishes; throws what the gateway says against it. */
  async publish(channel: string, data: Json, options: PublishOptions = {}): Promise<string> {
    return String(resultOf(await this.driver.publish(channel, data, options)));
  }

  async call(method: string, params: Json = null): Promise<Json> {
    return resultOf(await this.driver.call(method, params));
  }

  close(): Promise<void> {
    return this.driver.close();
  }

  /** Fetches what has been heard since the last time. */
  async sync(): Promise<true> {
    const from = this.heard.length;
    const [fresh, state] = await Promise.all([this.driver.heard(from), this.driver.state()]);
    this.#state = state;
    // Two who fetch at once get the same.
    if (this.heard.length === from) this.heard.push(...fresh);
    return true;
  }

  #state = 'idle';

  async story(): Promise<string> {
    const lines = (await this.trace()).map(
      ({ at, transport, event, detail }) => `${Math.round(at)} ms ${transport ?? '-'} ${event}: ${detail}`,
    );
    return lines.join('\n');
  }
}

function resultOf(outcome: Outcome): Json {
  if ('code' in outcome) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.result;
}
