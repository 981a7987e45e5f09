import { FifoMap } from './fifo-map.js';

/** Channels that are forgotten with their floor; beyond it, one floor stands for the rest. */
const CHANNELS = 10_000;

/** Where the entries of channels that hold nothing any more ended. */
export class ForgottenFloors {
  readonly #floors = new FifoMap<number>();
  #others: number;

  constructor(others = 0) {
    this.#others = others;
  }

  /** The floor of every channel that is not known by name. */
  get others(): number {
    return this.#others;
  }

  of(channel: string): number {
    return this.#floors.get(channel) ?? this.#others;
  }

  /** Lets go of an empty channel, but not of the fact that something of it is gone; names one that is now unknown. */
  add(channel: string, floor: number): string | null {
    this.#floors.set(channel, floor);
    const { oldest } = this.#floors;
    if (oldest === undefined || this.#floors.size <= CHANNELS) return null;
    const [name, gone] = oldest;
    this.#floors.delete(name);
    this.#others = Math.max(this.#others, gone);
    return name;
  }

  /** The channel holds something again. */
  delete(channel: string): void {
    this.#floors.delete(channel);
  }
}
