import type uPlot from 'uplot';
import { nameLanguage } from './language.js';

/** Loads the library of plots when there is one to make: the page is there before. */
export async function loadLibrary(): Promise<typeof uPlot> {
  nameLanguage();
  const { default: library } = await import('uplot');
  return library;
}

/** How wide and high a plot is, in pixels. */
export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

/** Keeps a plot as large as there is room for it, and makes it anew where the page has other colours. */
export class PlotFrame {
  #plot: uPlot;

  constructor(element: HTMLElement, size: () => PlotSize, make: () => uPlot) {
    this.#plot = make();
    new ResizeObserver(() => {
      const { width, height } = size();
      if (width > 0 && (width !== this.#plot.width || height !== this.#plot.height))
        this.#plot.setSize({ width, height });
    }).observe(element);
    // Its colours are given when it is made; the palette's own listener came first and has forgotten the old ones.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#plot.destroy();
      this.#plot = make();
    });
  }

  show(data: uPlot.AlignedData): void {
    this.#plot.setData(data);
  }
}
