import type { Palette } from '../drawing/palette.js';
import { Surface } from '../drawing/surface.js';
import { BOARD, type Pen, type Piece } from '../words/uses/whiteboard.js';

/** The pens' colours, by their names in the style sheet. */
export const INKS = ['ink', 'hue-websocket', 'hue-sse', 'hue-polling', 'hue-iframe'] as const;

/** A pen that has not moved for so long is not shown any more, in milliseconds. */
const PEN_MS = 4_000;

/** Draws pieces of strokes and pens, once for each frame however much has changed. */
export class Drawing {
  readonly #surface: Surface;
  readonly #palette: Palette;
  readonly #pens = new Map<string, Pen & { readonly seenAt: number }>();
  #pieces: readonly Piece[] = [];
  #isAsked = false;
  /** The visitor's own pen where it is moved by keys. */
  own: { readonly x: number; readonly y: number; readonly colour: number } | null = null;

  constructor(canvas: HTMLCanvasElement, palette: Palette) {
    this.#surface = new Surface(canvas);
    this.#palette = palette;
    new ResizeObserver(() => this.ask()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.ask());
  }

  show(pieces: readonly Piece[]): void {
    this.#pieces = pieces;
    this.ask();
  }

  point(pen: Pen): void {
    if (this.#pens.size >= 50 && !this.#pens.has(pen.id)) return;
    this.#pens.set(pen.id, { ...pen, seenAt: performance.now() });
    this.ask();
    setTimeout(() => this.ask(), PEN_MS + 50);
  }

  /** Lets everything be drawn with the next frame. */
  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame((now) => {
      this.#isAsked = false;
      this.#draw(now);
    });
  }

  #draw(now: number): void {
    const scale = this.#surface.width / BOARD.width;
    for (const [id, { seenAt }] of this.#pens) if (now - seenAt > PEN_MS) this.#pens.delete(id);
    this.#surface.redraw((context) => {
      context.save();
      context.scale(scale, scale);
      context.lineWidth = 4;
      context.lineCap = 'round';
      context.lineJoin = 'round';
      for (const { colour, points } of this.#pieces) {
        context.strokeStyle = this.#inkOf(colour);
        context.beginPath();
        context.moveTo(points[0] ?? 0, points[1] ?? 0);
        for (let index = 0; index < points.length; index += 2)
          context.lineTo(points[index] ?? 0, points[index + 1] ?? 0);
        context.stroke();
      }
      for (const { x, y, colour } of this.#pens.values()) {
        context.fillStyle = this.#inkOf(colour);
        context.beginPath();
        context.arc(x, y, 8, 0, 2 * Math.PI);
        context.fill();
      }
      if (this.own !== null) this.#cross(context, this.own);
      context.restore();
    });
  }

  #cross(
    context: CanvasRenderingContext2D,
    { x, y, colour }: { readonly x: number; readonly y: number; readonly colour: number },
  ): void {
    context.strokeStyle = this.#inkOf(colour);
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x - 14, y);
    context.lineTo(x + 14, y);
    context.moveTo(x, y - 14);
    context.lineTo(x, y + 14);
    context.stroke();
  }

  #inkOf(colour: number): string {
    return this.#palette.colour(INKS[colour] ?? INKS[0]);
  }
}
