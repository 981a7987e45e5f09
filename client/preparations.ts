import type { ClientTransport } from '../transports/client-transport.js';
import { reasonText } from '../transports/reason-text.js';
import type { ConnectionSetting } from './connection-setting.js';
import { loadHalf } from './halves.js';
import { Place } from './place.js';

/** What has come of preparing: a half that can be opened, or why it cannot work here. */
export type Prepared =
  | {
      readonly half: ClientTransport;
      /** To be called when its connection is over, or never came about. */
      readonly leave: () => void;
    }
  | { readonly missing: string };

/** Gets what a connection needs before it is opened: its half, a token, and a place among the browser's connections. */
export class Preparations {
  readonly #setting: ConnectionSetting;
  /** Loaded halves by name. */
  readonly #halves: Map<string, ClientTransport>;
  readonly #place: Place;
  readonly #isChoice: boolean;

  /** `isChoice`: whether there is another transport to use when this one has no place. */
  constructor(setting: ConnectionSetting, halves: ReadonlyMap<string, ClientTransport>, isChoice: boolean) {
    this.#setting = setting;
    this.#halves = new Map(halves);
    this.#place = new Place(setting.environment, setting.base.href);
    this.#isChoice = isChoice;
  }

  /** At once where nothing has to be waited for. Throws or rejects with what stood in the way. */
  of(transport: string): Prepared | Promise<Prepared> {
    const half = this.#halves.get(transport);
    if (half === undefined) return this.#load(transport);
    const missing = this.#missing(half);
    if (missing !== null) return { missing };
    if (this.#setting.credentials.isReady && !this.#needsPlace(half)) return { half, leave: () => {} };
    return this.#complete(half, this.#token());
  }

  async #load(transport: string): Promise<Prepared> {
    const token = this.#token();
    let half: ClientTransport;
    try {
      half = await loadHalf(transport);
    } catch (error) {
      throw new Error(`not loaded: ${reasonText(error)}`);
    }
    this.#halves.set(transport, half);
    // A transport that cannot work here needs no token, and is not to be blamed for a missing one.
    const missing = this.#missing(half);
    return missing === null ? this.#complete(half, token) : { missing };
  }

  async #complete(half: ClientTransport, token: Promise<void>): Promise<Prepared> {
    await token;
    if (!this.#needsPlace(half)) return { half, leave: () => {} };
    const leave = await this.#place.take();
    if (leave === null) throw new Error('other pages hold the connections that the browser has for this host');
    return { half, leave };
  }

  /** Fetched beside the half. It may fail before anybody waits for it. */
  #token(): Promise<void> {
    const token = this.#setting.credentials.ready();
    token.catch(() => {});
    return token;
  }

  /** A half may be anybody's, and throw anything. */
  #missing(half: ClientTransport): string | null {
    try {
      return half.missing(this.#setting.environment);
    } catch (error) {
      throw new Error(`not opened: ${reasonText(error)}`);
    }
  }

  /** With nothing else to use, it has to wait for its turn in the browser's own queue. */
  #needsPlace({ holds }: ClientTransport): boolean {
    return holds === true && this.#place.isCounted && this.#isChoice;
  }
}
