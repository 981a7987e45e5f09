import { TRACK_MS } from './arrivals.js';

/** A request of a lane as a track draws it: when it was sent, when something of its answer came, and when it was over. */
export interface WireExchange {
  readonly askedAt: number;
  /** The head of the answer, an answer that came whole, a frame, an event. */
  readonly marks: readonly number[];
  /** `null` while it is under way. */
  readonly endedAt: number | null;
}

/** How the one who watches an exchange tells of it. */
export interface WireWitness {
  mark(): void;
  end(): void;
}

/** As many as at the highest rate of a race are made in the time that is shown. */
const EXCHANGES = 600;
const MARKS = 800;
const SHOWN_MS = 1.2 * TRACK_MS;

interface Growing extends WireExchange {
  readonly marks: number[];
  endedAt: number | null;
}

/** What a lane's client has on the wire, as far back as a track shows it. Times are the server's. */
export class WireLog {
  readonly #now: () => number;
  #exchanges: Growing[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Oldest first. */
  get list(): readonly WireExchange[] {
    return this.#exchanges;
  }

  /** When something last came, as far back as a track shows it. */
  get heardAt(): number | null {
    const last = this.#exchanges.flatMap(({ marks }) => marks.at(-1) ?? []);
    return last.length === 0 ? null : Math.max(...last);
  }

  /** A request goes out. */
  begin(): WireWitness {
    const exchange: Growing = { askedAt: this.#now(), marks: [], endedAt: null };
    this.#exchanges = [...this.#exchanges.filter((old) => this.#isShown(old)), exchange].slice(-EXCHANGES);
    return {
      mark: () => {
        exchange.marks.push(this.#now());
        if (exchange.marks.length > MARKS) exchange.marks.shift();
      },
      end: () => {
        exchange.endedAt ??= this.#now();
      },
    };
  }

  #isShown({ endedAt }: WireExchange): boolean {
    return endedAt === null || endedAt > this.#now() - SHOWN_MS;
  }
}
