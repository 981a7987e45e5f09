import { FEED_MS, type MachineFigures } from '../words/machine-figures.js';

/** Figures that the page keeps: a quarter of an hour, at one a second. */
const KEPT = 900;

/** The server's clock is known a little less exactly than that, in milliseconds. */
const SLACK_MS = 1_000;

/** The server publishes once in `FEED_MS`, and its timer is not early by so much. */
const LEAST_MS = FEED_MS / 2;

/** What a plot shows: times in seconds, and a value for each of its lines. */
export type Columns = readonly [times: number[], ...lines: number[][]];

/** The figures of the last quarter of an hour, in the order in which they were published. */
export class MachineRecord {
  #figures: readonly MachineFigures[] = [];

  get length(): number {
    return this.#figures.length;
  }

  get last(): MachineFigures | null {
    return this.#figures.at(-1) ?? null;
  }

  /**
   * Takes one that has come by `now`, a time of the server's clock; `null` while that is not known. Anybody may publish on
   * the channel, so that what is from the future goes, and so does what comes too soon after the one before or tells of a
   * time before it: whoever forges figures adds some, and takes away none that were there.
   */
  take(figures: MachineFigures, now: number | null): void {
    const latest = (now ?? Number.POSITIVE_INFINITY) + SLACK_MS;
    // Of those that are kept, too: the clock was not known when they came, or has been set back.
    const kept = this.#figures.filter(({ at }) => at <= latest);
    const isNext = figures.at <= latest && figures.at >= (kept.at(-1)?.at ?? 0) + LEAST_MS;
    this.#figures = isNext ? [...kept, figures].slice(-KEPT) : kept;
  }

  /** The last so many minutes. */
  columns(minutes: number, lines: readonly ((figures: MachineFigures) => number)[]): Columns {
    const since = (this.last?.at ?? 0) - minutes * 60_000;
    const shown = this.#figures.filter(({ at }) => at >= since);
    return [shown.map(({ at }) => at / 1_000), ...lines.map((line) => shown.map(line))];
  }
}
