import type { Step } from './feed.js';

/** What became of a number, as far as one client can tell: it cannot miss what nothing has come after yet. */
export type NumberFate = 'received' | 'repeated' | 'lost' | 'pending' | 'before';

/** Numbers that are remembered. */
const KEPT = 200;

/** Which numbers of a feed one client has got. */
export class Numbers {
  #run: string | null = null;
  #first = 0;
  /** The highest that has come. */
  last = 0;
  readonly #fates = new Map<number, 'received' | 'repeated'>();
  /** The first one that is waited for, until one has come; `null` where the first that comes is the first. */
  #expected: number | null;

  constructor(expected: number | null = null) {
    this.#expected = expected;
  }

  /** Takes the number of a message that has arrived. With another run, counting begins anew. */
  take({ run, number }: Step): void {
    if (run !== this.#run) this.#begin(run, number);
    this.#fates.set(number, this.#fates.has(number) ? 'repeated' : 'received');
    this.last = Math.max(this.last, number);
    const [oldest] = this.#fates.keys();
    if (this.#fates.size > KEPT && oldest !== undefined) this.#fates.delete(oldest);
  }

  /** What is missed from now until the next number was not asked for. */
  pause(): void {
    this.#run = null;
  }

  fateOf(number: number): NumberFate {
    const fate = this.#fates.get(number);
    if (fate !== undefined) return fate;
    if (this.#run === null) return this.#expected === null || number < this.#expected ? 'before' : 'pending';
    if (number < this.#first) return 'before';
    return number > this.last ? 'pending' : 'lost';
  }

  #begin(run: string, number: number): void {
    this.#fates.clear();
    this.#run = run;
    this.#first = Math.min(number, this.#expected ?? number);
    this.#expected = null;
    this.last = number;
  }
}
