/** A canvas that is as sharp as the screen, in CSS pixels. */
export class Surface {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  width = 0;
  height = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
    new ResizeObserver(() => this.#measure()).observe(canvas);
    this.#measure();
  }

  /** Wipes the canvas and lets `draw` fill it; nothing happens while it has no size. */
  redraw(draw: (context: CanvasRenderingContext2D) => void): void {
    const context = this.#context;
    if (context === null || this.width === 0) return;
    context.clearRect(0, 0, this.width, this.height);
    draw(context);
  }

  #measure(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    const scale = devicePixelRatio;
    this.width = clientWidth;
    this.height = clientHeight;
    this.#canvas.width = Math.round(clientWidth * scale);
    this.#canvas.height = Math.round(clientHeight * scale);
    this.#context?.setTransform(scale, 0, 0, scale, 0, 0);
  }
}
