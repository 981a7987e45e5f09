/** One message that has arrived, as a track draws it. Times are the server's, in milliseconds. */
export interface Arrival {
  readonly kind: 'feed' | 'chat';
  /** `null` where the message does not say. */
  readonly publishedAt: number | null;
  readonly arrivedAt: number;
  /** Tells neighbours apart when they arrive together. */
  readonly number: number;
  /** What carried it. */
  readonly transport: string;
}

/** What a track shows at most, in milliseconds. */
export const TRACK_MS = 20_000;

const KEPT = 600;

/** The arrivals that a track still shows, oldest first. */
export class Arrivals {
  readonly #list: Arrival[] = [];

  add(arrival: Arrival): void {
    this.#list.push(arrival);
    // A little more than what is seen: bars reach out to the left.
    const until = arrival.arrivedAt - 1.5 * TRACK_MS;
    while (this.#list.length > KEPT || (this.#list[0] !== undefined && this.#list[0].arrivedAt < until)) {
      this.#list.shift();
    }
  }

  get list(): readonly Arrival[] {
    return this.#list;
  }
}
