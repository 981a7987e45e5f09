import type { Palette } from '../drawing/palette.js';
import { Surface } from '../drawing/surface.js';

/** Hearts in the air at a time, and for how long, in milliseconds. */
const HEARTS = 60;
const FLIGHT_MS = 1_800;

/** Likes as they arrive: counted one by one, and drawn together, once for each frame however many have come. */
export class Likes {
  readonly #surface: Surface;
  readonly #palette: Palette;
  readonly #still = matchMedia('(prefers-reduced-motion: reduce)');
  readonly #told: (likes: number, drawings: number) => void;
  #hearts: { readonly x: number; readonly sway: number; readonly bornAt: number }[] = [];
  #isAsked = false;
  #untold = 0;
  likes = 0;
  /** How often the page was drawn because likes had come. */
  drawings = 0;

  constructor(canvas: HTMLCanvasElement, palette: Palette, told: (likes: number, drawings: number) => void) {
    this.#surface = new Surface(canvas);
    this.#palette = palette;
    this.#told = told;
  }

  /** One more. */
  add(): void {
    this.likes += 1;
    this.#untold += 1;
    if (!this.#still.matches && this.#hearts.length < HEARTS) {
      this.#hearts.push({ x: Math.random(), sway: Math.random() * 6, bornAt: performance.now() });
    }
    if (!this.#isAsked) this.#ask();
  }

  #ask(): void {
    this.#isAsked = true;
    requestAnimationFrame((now) => {
      this.#isAsked = false;
      this.#draw(now);
    });
  }

  #draw(now: number): void {
    if (this.#untold > 0) {
      this.#untold = 0;
      this.drawings += 1;
      this.#told(this.likes, this.drawings);
    }
    this.#hearts = this.#hearts.filter(({ bornAt }) => now - bornAt < FLIGHT_MS);
    const { width, height } = this.#surface;
    this.#surface.redraw((context) => {
      context.fillStyle = this.#palette.colour('bad');
      context.font = '20px sans-serif';
      for (const { x, sway, bornAt } of this.#hearts) {
        const way = Math.max(0, now - bornAt) / FLIGHT_MS;
        context.globalAlpha = 1 - way;
        context.fillText('♥', x * (width - 30) + 10 + Math.sin(way * 6 + sway) * 8, height - way * (height - 16));
      }
      context.globalAlpha = 1;
    });
    if (this.#hearts.length > 0) this.#ask();
  }
}
