import { type Arrival, TRACK_MS } from '../feed/arrivals.js';
import type { WireExchange } from '../feed/wire-log.js';
import type { Palette } from './palette.js';
import { Surface } from './surface.js';

/** Neighbours that arrive together are drawn in rows of their own. */
const ROWS = 4;
/** Room for a whole dot at the right edge. */
const EDGE = 6;
const DOT = 3.2;

/** Room for what is on the wire, below the arrivals. */
const WIRE = 13;
const BAND = 5;

/** When another transport began to carry, in the server's time. */
export interface Change {
  readonly at: number;
  readonly transport: string;
  readonly label: string;
}

/** What a track shows at one moment. */
export interface Shown {
  readonly arrivals: readonly Arrival[];
  readonly changes?: readonly Change[];
  readonly wire?: readonly WireExchange[];
  readonly transport: string;
}

/**
 * Time runs to the right, and now is at the right edge. Each message is a bar from its publication to its arrival, with
 * a dot at the arrival: a slow transport has long bars, and a batch is a stack of dots. Below them lies what is on the wire:
 * an arrow up for each request, a band for as long as its answer is open, and a line down for each frame or answer.
 */
export class Track {
  readonly #surface: Surface;
  readonly #palette: Palette;
  readonly #top: number;

  /** `top` is room above the arrivals, in pixels, for the names of changes. */
  constructor(canvas: HTMLCanvasElement, palette: Palette, top = 0) {
    this.#surface = new Surface(canvas);
    this.#palette = palette;
    this.#top = top;
  }

  /** `transport` gives what is on the wire its colour. */
  draw(now: number, { arrivals, changes = [], wire = [], transport }: Shown): void {
    this.#surface.redraw((context) => {
      this.#grid(context, now);
      for (const exchange of wire) this.#exchange(context, now, exchange, transport);
      this.#changes(context, now, changes);
      for (const arrival of arrivals) {
        if (arrival.kind === 'feed') this.#bar(context, now, arrival);
      }
      for (const arrival of arrivals) {
        if (arrival.kind === 'chat') this.#diamond(context, now, arrival);
      }
    });
  }

  #x(now: number, at: number): number {
    const width = this.#surface.width - EDGE;
    return width * (1 - (now - at) / TRACK_MS);
  }

  #grid(context: CanvasRenderingContext2D, now: number): void {
    const { height } = this.#surface;
    for (let at = Math.ceil((now - TRACK_MS) / 1_000) * 1_000; at <= now; at += 1_000) {
      context.fillStyle = this.#palette.colour(at % 5_000 === 0 ? 'grid-strong' : 'grid');
      context.fillRect(Math.round(this.#x(now, at)), 0, 1, height);
    }
  }

  #bar(context: CanvasRenderingContext2D, now: number, { publishedAt, arrivedAt, number, transport }: Arrival): void {
    const row = (this.#surface.height - this.#top - WIRE) / (ROWS + 0.5);
    const y = this.#top + row * (1 + (number % ROWS));
    const right = this.#x(now, arrivedAt);
    const left = this.#x(now, publishedAt ?? arrivedAt);
    context.fillStyle = this.#palette.hue(transport);
    context.globalAlpha = 0.28;
    context.fillRect(left, y - 1.5, right - left, 3);
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(right, y, DOT, 0, 2 * Math.PI);
    context.fill();
  }

  #diamond(context: CanvasRenderingContext2D, now: number, { arrivedAt }: Arrival): void {
    const x = this.#x(now, arrivedAt);
    const y = (this.#surface.height - WIRE + this.#top) / 2;
    const size = 6;
    context.beginPath();
    context.moveTo(x, y - size);
    context.lineTo(x + size, y);
    context.lineTo(x, y + size);
    context.lineTo(x - size, y);
    context.closePath();
    context.fillStyle = this.#palette.colour('ink');
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = this.#palette.colour('panel');
    context.stroke();
  }

  #exchange(context: CanvasRenderingContext2D, now: number, exchange: WireExchange, transport: string): void {
    const { height } = this.#surface;
    const { askedAt, endedAt, marks } = exchange;
    const [left, right] = [this.#x(now, askedAt), this.#x(now, endedAt ?? now)];
    if (right < -EDGE) return;
    const middle = height - WIRE / 2;
    context.fillStyle = this.#palette.hue(transport);
    context.globalAlpha = 0.32;
    context.fillRect(left, middle - BAND / 2, Math.max(1, right - left), BAND);
    context.globalAlpha = 1;
    for (const at of marks) context.fillRect(this.#x(now, at) - 0.75, middle - BAND / 2, 1.5, WIRE / 2 + BAND / 2 - 1);
    context.fillStyle = this.#palette.colour('soft');
    context.beginPath();
    context.moveTo(left, height - WIRE);
    context.lineTo(left + 3.5, height - WIRE + 6);
    context.lineTo(left - 3.5, height - WIRE + 6);
    context.fill();
  }

  #changes(context: CanvasRenderingContext2D, now: number, changes: readonly Change[]): void {
    const { width, height } = this.#surface;
    context.font = '600 11px system-ui, sans-serif';
    context.textBaseline = 'top';
    // From the newest to the oldest: a name for which the next change leaves no room is left out.
    let free = width;
    for (const [index, { at, transport, label }] of [...changes].reverse().entries()) {
      const x = Math.round(this.#x(now, at));
      const before = changes.at(-2 - index);
      const roomBefore = x - (before === undefined ? 0 : this.#x(now, before.at) + 2);
      const needed = context.measureText(label).width + 6;
      context.fillStyle = this.#palette.hue(transport);
      context.fillRect(x - 1, 0, 2, height);
      const fits = x + needed < free;
      // The newest has no room on its right while it is young.
      const turned = !fits && index === 0 && needed < roomBefore;
      if (fits) context.fillText(label, x + 6, 3);
      if (turned) context.fillText(label, x - needed, 3);
      free = turned ? x - needed : x;
    }
  }
}
