import type { Step } from './feed.js';

/** What became of a number, as far as one client can tell: it cannot miss what nothing has come after yet. */
export type NumberFate = 'received' | 'repeated' | 'lost' | 'pending' | 'before';

/** A number of a feed, and of which life of its publisher: numbers of different ones have no order. */
export type Place = Pick<Step, 'run' | 'number'>;

/** Of one that is connected, so many may just be on their way. */
const UNDER_WAY = 1;

/** Numbers that are remembered. */
const KEPT = 200;

/** How many are missing of those that a client is behind. */
export function missingOf(behind: number, isConnected: boolean): number {
  return behind <= (isConnected ? UNDER_WAY : 0) ? 0 : behind;
}

/** Which numbers of a feed one client has got. */
export class Numbers {
  #run: string | null = null;
  #isCounting = false;
  #first = 0;
  #last = 0;
  readonly #fates = new Map<number, 'received' | 'repeated'>();
  /** The first one that is waited for, until one has come; `null` where the first that comes is the first. */
  #expected: Place | null;

  constructor(expected: Place | null = null) {
    this.#expected = expected;
  }

  /** Takes the number of a message that has arrived. With another run, counting begins anew. */
  take({ run, number }: Step): void {
    if (!this.#isCounting || run !== this.#run) this.#begin(run, number);
    this.#fates.set(number, this.#fates.has(number) ? 'repeated' : 'received');
    this.#last = Math.max(this.#last, number);
    const [oldest] = this.#fates.keys();
    if (this.#fates.size > KEPT && oldest !== undefined) this.#fates.delete(oldest);
  }

  /** What is missed from now until the next number was not asked for. */
  pause(): void {
    this.#isCounting = false;
  }

  /** The highest number of a run that has come; 0 where none has. */
  lastOf(run: string): number {
    return run === this.#run ? this.#last : 0;
  }

  /** How many up to `head`, the newest that is known of, have not come yet; of a run of which it has nothing, that is not known. */
  behind(head: Place | null): number {
    return head === null || head.run !== this.#run || !this.#isCounting ? 0 : Math.max(0, head.number - this.#last);
  }

  fateOf({ run, number }: Place): NumberFate {
    // Of a run that it has nothing of, all is to come to whoever has been there since another one.
    if (run !== this.#run) return this.#waitsFor({ run, number }) ? 'pending' : 'before';
    const fate = this.#fates.get(number);
    if (fate !== undefined) return fate;
    if (!this.#isCounting || number < this.#first) return 'before';
    return number > this.#last ? 'pending' : 'lost';
  }

  #waitsFor({ run, number }: Place): boolean {
    if (this.#run !== null) return this.#isCounting;
    return this.#expected !== null && (run !== this.#expected.run || number >= this.#expected.number);
  }

  #begin(run: string, number: number): void {
    this.#fates.clear();
    this.#run = run;
    this.#isCounting = true;
    this.#first = this.#expected?.run === run ? Math.min(number, this.#expected.number) : number;
    this.#expected = null;
    this.#last = number;
  }
}

/** The newest number of a feed's present run that any of them has got; `null` before there is one. */
export function headOf(runs: ReadonlySet<string>, all: readonly Numbers[]): Place | null {
  // What was told last is what the publisher is now.
  const run = [...runs].at(-1);
  if (run === undefined) return null;
  const number = Math.max(...all.map((numbers) => numbers.lastOf(run)));
  return number > 0 ? { run, number } : null;
}
