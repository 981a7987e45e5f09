import type uPlot from 'uplot';
import type { Palette } from '../drawing/palette.js';
import { loadLibrary, PlotFrame } from '../drawing/plot-frame.js';
import type { Arrival } from '../feed/arrivals.js';
import { median } from '../feed/median.js';
import { duration } from '../texts/figures.js';
import { raceTexts, textsOf } from '../texts/texts.js';

/** So many seconds are shown. */
const SECONDS = 60;
const HEIGHT = 240;
/** The scale is logarithmic, and has no nought. */
const LEAST_MS = 0.1;

/** What messages of one second took, by transport; `null` where none came. */
interface Second {
  readonly at: number;
  readonly medians: readonly (number | null)[];
}

/** Makes the plot. */
export async function loadLatencyPlot(
  root: HTMLElement,
  transports: readonly string[],
  palette: Palette,
): Promise<LatencyPlot> {
  return new LatencyPlot(await loadLibrary(), root, transports, palette);
}

/** The latency of each transport over the last minute: for each second the median of what arrived since the one before. */
class LatencyPlot {
  readonly #library: typeof uPlot;
  readonly #root: HTMLElement;
  readonly #palette: Palette;
  readonly #transports: readonly string[];
  #seconds: readonly Second[] = [];
  /** Up to when it has taken what arrived; `null` at the beginning. */
  #upTo: number | null = null;
  readonly #frame: PlotFrame;

  constructor(library: typeof uPlot, root: HTMLElement, transports: readonly string[], palette: Palette) {
    this.#library = library;
    this.#root = root;
    this.#palette = palette;
    this.#transports = transports;
    const size = () => ({ width: root.clientWidth, height: HEIGHT });
    this.#frame = new PlotFrame(root, size, () => this.#made());
  }

  /** Begins anew: the lanes are others. */
  reset(): void {
    this.#seconds = [];
    this.#upTo = null;
    this.#show();
  }

  /**
   * Takes what has arrived up to `now` and was not taken yet, for each transport in order, and by how much that may be off. Call
   * it about once a second.
   */
  take(now: number, arrivals: readonly (readonly Arrival[])[], errorMs: number): void {
    const least = Math.max(LEAST_MS, errorMs);
    const after = this.#upTo ?? now - 1_000;
    this.#upTo = now;
    const medians = arrivals.map((list) =>
      medianOf(
        list.filter(({ arrivedAt }) => arrivedAt > after && arrivedAt <= now),
        least,
      ),
    );
    this.#seconds = [...this.#seconds, { at: now / 1_000, medians }].slice(-SECONDS);
    this.#show();
  }

  #show(): void {
    this.#frame.show(this.#data());
  }

  #data(): uPlot.AlignedData {
    const series = this.#transports.map((_, index) => this.#seconds.map(({ medians }) => medians[index] ?? null));
    const now = this.#seconds.at(-1)?.at ?? 0;
    return [this.#seconds.map(({ at }) => at - now), ...series];
  }

  #made(): uPlot {
    const [soft, grid] = ['soft', 'grid-strong'].map((name) => this.#palette.colour(name));
    const axis = { stroke: soft ?? '', grid: { stroke: grid ?? '', width: 1 }, ticks: { show: false } };
    const font = '12px system-ui, sans-serif';
    return new this.#library(
      {
        width: this.#root.clientWidth || 600,
        height: HEIGHT,
        cursor: { show: false },
        legend: { live: false },
        scales: {
          x: { time: false, range: [-SECONDS, 0] },
          y: { distr: 3, range: (_plot, least, most) => [Math.max(LEAST_MS, least / 2), Math.max(10, most * 2)] },
        },
        axes: [
          { ...axis, font, values: (_plot, ticks) => ticks.map((at) => raceTexts.controls.seconds(String(at))) },
          { ...axis, font, size: 64, values: (_plot, ticks) => ticks.map((ms) => (ms === null ? '' : duration(ms))) },
        ],
        series: [
          {},
          ...this.#transports.map((transport) => ({
            label: textsOf(transport).name,
            stroke: this.#palette.hue(transport),
            width: 2,
            // A lane that asks seldom has seconds without a message.
            spanGaps: true,
            points: { show: true, size: 4 },
          })),
        ],
      },
      this.#data(),
      this.#root,
    );
  }
}

/** The median latency; `leastMs` for all that is less. */
export function medianOf(arrivals: readonly Arrival[], leastMs: number): number | null {
  const middle = median(
    arrivals.flatMap(({ publishedAt, arrivedAt }) => (publishedAt === null ? [] : [arrivedAt - publishedAt])),
  );
  return middle === null ? null : Math.max(leastMs, middle);
}
