import { Surface } from './surface.js';

/** A small line of values, oldest at the left, in the colour of the text around it. */
export class Sparkline {
  readonly #canvas: HTMLCanvasElement;
  readonly #surface: Surface;
  readonly #points: number;

  /** Room for so many values; fewer begin at the right. */
  constructor(canvas: HTMLCanvasElement, points: number) {
    this.#canvas = canvas;
    this.#surface = new Surface(canvas);
    this.#points = points;
  }

  /** Draws values from zero to the highest of them and of `top`. */
  draw(values: readonly number[], top: number): void {
    const { width, height } = this.#surface;
    const shown = values.slice(-this.#points);
    const highest = Math.max(top, ...shown);
    const step = (width - 4) / (this.#points - 1);
    const x = (index: number) => width - 2 - (shown.length - 1 - index) * step;
    const y = (value: number) => height - 2 - (height - 4) * (value / highest);
    this.#surface.redraw((context) => {
      const [first] = shown;
      const last = shown.at(-1);
      if (first === undefined || last === undefined) return;
      context.strokeStyle = getComputedStyle(this.#canvas).color;
      context.fillStyle = context.strokeStyle;
      context.lineWidth = 1.5;
      context.lineJoin = 'round';
      context.beginPath();
      shown.forEach((value, index) => {
        context.lineTo(x(index), y(value));
      });
      context.stroke();
      context.lineTo(x(shown.length - 1), height);
      context.lineTo(x(0), height);
      context.globalAlpha = 0.12;
      context.fill();
      context.globalAlpha = 1;
      context.beginPath();
      context.arc(x(shown.length - 1), y(last), 2, 0, 2 * Math.PI);
      context.fill();
    });
  }
}
