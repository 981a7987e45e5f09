import type { MachineFigures } from '../words/machine-figures.js';

/** Figures that the page keeps: a quarter of an hour, at one a second. */
const KEPT = 900;

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
   * Takes one. They come in the order of the log; what claims to be younger was not the server's, as anybody may publish on
   * the channel, and goes.
   */
  take(figures: MachineFigures): void {
    this.#figures = [...this.#figures.filter(({ at }) => at < figures.at), figures].slice(-KEPT);
  }

  /** The last so many minutes. */
  columns(minutes: number, lines: readonly ((figures: MachineFigures) => number)[]): Columns {
    const since = (this.last?.at ?? 0) - minutes * 60_000;
    const shown = this.#figures.filter(({ at }) => at >= since);
    return [shown.map(({ at }) => at / 1_000), ...lines.map((line) => shown.map(line))];
  }
}
