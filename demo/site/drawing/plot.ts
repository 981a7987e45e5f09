import type uPlot from 'uplot';
import { write } from '../page/part.js';
import { commonTexts } from '../texts/texts.js';
import type { Palette } from './palette.js';
import { loadLibrary, PlotFrame, type PlotSize } from './plot-frame.js';

/** A line of a plot. */
export interface PlotLine {
  readonly label: string;
  /** A custom property of the page, such as `hue-sse`. */
  readonly colour: string;
  /** Dashes and gaps, in pixels, so that lines are told apart without their colours, too. */
  readonly dash?: readonly number[];
}

/** What a plot is made of. */
export interface PlotOptions {
  readonly lines: readonly PlotLine[];
  /** What the scale is about, such as `time`, for the legend. */
  readonly across: string;
  /** Writes a value at the scale on the left. */
  readonly value: (value: number) => string;
  /** Writes a value at the scale below; absent: it is the time of day, in seconds since 1970. */
  readonly place?: (value: number) => string;
  /** The scale on the left reaches at least from 0 up to this. */
  readonly top: number;
  readonly isLogarithmic?: boolean;
}

/** What is drawn on, if it can be. */
export interface Drawing {
  show(data: readonly (readonly (number | null)[])[]): void;
}

/** A plot that draws what was shown last once its library is there; where that cannot be loaded, its element says so. */
export function plotIn(element: HTMLElement, palette: Palette, options: PlotOptions): Drawing {
  let plot: Plot | null = null;
  let last: Parameters<Drawing['show']>[0] | null = null;
  loadLibrary()
    .then((library) => {
      plot = new Plot(library, element, palette, options);
      if (last !== null) plot.show(last);
    })
    .catch(() => {
      element.removeAttribute('role');
      element.removeAttribute('aria-label');
      write(element, commonTexts.plotMissing);
    });
  return {
    show(data) {
      last = data;
      plot?.show(data);
    },
  };
}

/** A plot with the page's colours, as wide as its element and as high as the style sheet says. */
class Plot implements Drawing {
  readonly #library: typeof uPlot;
  readonly #element: HTMLElement;
  readonly #palette: Palette;
  readonly #options: PlotOptions;
  readonly #frame: PlotFrame;
  #data: uPlot.AlignedData;

  constructor(library: typeof uPlot, element: HTMLElement, palette: Palette, options: PlotOptions) {
    this.#library = library;
    this.#element = element;
    this.#palette = palette;
    this.#options = options;
    this.#data = [[], ...options.lines.map(() => [])];
    this.#frame = new PlotFrame(
      element,
      () => this.#size,
      () => this.#make(),
    );
  }

  show(data: readonly (readonly (number | null)[])[]): void {
    const [places = [], ...lines] = data;
    this.#data = [places.map(Number), ...lines.map((line) => [...line])];
    this.#frame.show(this.#data);
  }

  get #size(): PlotSize {
    return { width: this.#element.clientWidth, height: this.#element.clientHeight };
  }

  #make(): uPlot {
    const { lines, across, value, place, top, isLogarithmic = false } = this.#options;
    const axis = {
      stroke: this.#palette.colour('soft'),
      grid: { stroke: this.#palette.colour('grid'), width: 1 },
      ticks: { stroke: this.#palette.colour('grid-strong'), width: 1 },
      font: '11px system-ui, sans-serif',
    };
    const written = (write: (value: number) => string) => (_plot: uPlot, splits: (number | null)[]) =>
      splits.map((split) => (split === null ? '' : write(split)));
    const options: uPlot.Options = {
      ...this.#size,
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: place === undefined ? { time: true } : { time: false, ...(isLogarithmic ? { distr: 3 } : {}) },
        y: { range: (_plot, _least, most) => [0, Math.max(top, (most ?? 0) * 1.05)] },
      },
      series: [
        { label: across },
        ...lines.map(({ label, colour, dash }) => ({
          label,
          stroke: this.#palette.colour(colour),
          width: 1.8,
          points: { show: false },
          ...(dash === undefined ? {} : { dash: [...dash] }),
        })),
      ],
      axes: [
        place === undefined ? { ...axis, space: 70, values: written(timeOfDay) } : { ...axis, values: written(place) },
        { ...axis, size: 62, values: written(value) },
      ],
    };
    return new this.#library(options, this.#data, this.#element);
  }
}

const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** A time in seconds, as the visitor's clock shows it in every language. */
function timeOfDay(seconds: number): string {
  return clock.format(seconds * 1_000);
}
