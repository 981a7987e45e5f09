/** A plot of lines, as the report hands it to the script in the page. */
export interface Plot {
  /** What is plotted, for who cannot see it. */
  readonly label: string;
  readonly x: PlotAxis;
  readonly y: { readonly scale: Scale; readonly unit: string };
  readonly lines: readonly PlotLine[];
}

/** Where there are points, ascending, each with a short text and a full one: the page has no words of its own for them. */
export interface PlotAxis {
  readonly scale: Scale;
  readonly at: readonly number[];
  readonly ticks: readonly string[];
  readonly texts: readonly string[];
}

export type Scale = 'linear' | 'log';

/** One contestant. */
export interface PlotLine {
  readonly name: string;
  /** The custom property of the style sheet that holds its colour. */
  readonly hue: string;
  readonly dash: readonly number[];
  readonly width: number;
  /** One for each point of the x axis; `null` where it was not measured, or failed. */
  readonly values: readonly (number | null)[];
}
