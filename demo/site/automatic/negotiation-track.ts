import type { Palette } from '../drawing/palette.js';
import { Surface } from '../drawing/surface.js';
import { textsOf } from '../texts/texts.js';
import type { Stretch } from './stretches.js';

/** What is shown, in milliseconds. */
const SHOWN_MS = 30_000;
const EDGE = 8;
const BAR = 10;
const FONT = '11px system-ui, sans-serif';
const REASON_LETTERS = 34;
/** What a reason needs at the most, in pixels. */
const REASON_ROOM = 200;

interface Drawing {
  readonly now: number;
  readonly x: (at: number) => number;
  /** Where each row is taken from, seen from the left. */
  readonly free: Map<string, number>;
}

/**
 * The negotiation as a diagram: a row for each transport, best on top, and now at the right edge. A connection that is being
 * tried is an outline, from its hello on it is filled, a cross is where it failed or was lost, and a line leads from what
 * carried to what carries after it.
 */
export class NegotiationTrack {
  readonly #surface: Surface;
  readonly #palette: Palette;
  readonly #transports: readonly string[];

  constructor(canvas: HTMLCanvasElement, transports: readonly string[], palette: Palette) {
    this.#surface = new Surface(canvas);
    this.#palette = palette;
    this.#transports = transports;
  }

  draw(now: number, stretches: readonly Stretch[]): void {
    this.#surface.redraw((context) => {
      context.font = FONT;
      context.textBaseline = 'middle';
      const left = Math.max(...this.#transports.map((name) => context.measureText(textsOf(name).name).width)) + 12;
      const x = (at: number) => left + (this.#surface.width - EDGE - left) * (1 - (now - at) / SHOWN_MS);
      this.#rows(context, now, left, x);
      context.save();
      context.beginPath();
      context.rect(left, 0, this.#surface.width - left, this.#surface.height);
      context.clip();
      this.#handovers(context, stretches, x);
      // From the newest to the oldest: a reason for which the next one leaves no room is left out.
      const free = new Map<string, number>();
      for (const stretch of [...stretches].reverse()) this.#stretch(context, stretch, { now, x, free });
      context.restore();
    });
  }

  #y(transport: string): number {
    const row = this.#surface.height / this.#transports.length;
    return row * (this.#transports.indexOf(transport) + 0.5);
  }

  #rows(context: CanvasRenderingContext2D, now: number, left: number, x: (at: number) => number): void {
    const { width, height } = this.#surface;
    for (let at = Math.ceil((now - SHOWN_MS) / 5_000) * 5_000; at <= now; at += 5_000) {
      context.fillStyle = this.#palette.colour('grid-strong');
      context.fillRect(Math.round(x(at)), 0, 1, height);
    }
    for (const transport of this.#transports) {
      const y = this.#y(transport);
      context.fillStyle = this.#palette.colour('grid-strong');
      context.fillRect(left, Math.round(y), width - left, 1);
      context.fillStyle = this.#palette.hue(transport);
      context.fillText(textsOf(transport).name, 2, y);
    }
  }

  #stretch(context: CanvasRenderingContext2D, stretch: Stretch, { now, x, free }: Drawing): void {
    const { transport, from, helloAt, to, end, detail } = stretch;
    if (to !== null && to < now - SHOWN_MS) return;
    const y = this.#y(transport);
    const colour = this.#palette.hue(transport);
    const right = x(to ?? now);
    const proved = helloAt === null ? right : x(helloAt);
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = 1.5;
    context.setLineDash([3, 2]);
    context.strokeRect(x(from), y - BAR / 2, Math.max(1, proved - x(from)), BAR);
    context.setLineDash([]);
    if (helloAt !== null) {
      context.fillRect(proved, y - BAR / 2, Math.max(1, right - proved), BAR);
      context.beginPath();
      context.arc(proved, y, BAR / 2 + 1.5, 0, 2 * Math.PI);
      context.fill();
    }
    if (end !== 'failed' && end !== 'lost') return;
    const room = (free.get(transport) ?? this.#surface.width - EDGE) - right;
    this.#cross(context, right, y, room > REASON_ROOM ? detail : '');
    free.set(transport, right);
  }

  /** Where it ended badly, and why: beside the cross where there is room. */
  #cross(context: CanvasRenderingContext2D, x: number, y: number, detail: string): void {
    const size = 4.5;
    context.strokeStyle = this.#palette.colour('bad');
    context.lineWidth = 2.2;
    context.beginPath();
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
    context.stroke();
    const reason = detail.length > REASON_LETTERS ? `${detail.slice(0, REASON_LETTERS - 1)}…` : detail;
    context.fillStyle = this.#palette.colour('bad');
    context.fillText(reason, x + size + 4, y - BAR - 1);
  }

  /** From what carried to what carries after it. */
  #handovers(context: CanvasRenderingContext2D, stretches: readonly Stretch[], x: (at: number) => number): void {
    const carriers = stretches.filter(({ helloAt }) => helloAt !== null);
    context.strokeStyle = this.#palette.colour('ink');
    context.lineWidth = 1.5;
    for (const [index, { transport, to }] of carriers.entries()) {
      const next = carriers[index + 1];
      if (next === undefined || next.helloAt === null || to === null) continue;
      context.beginPath();
      context.moveTo(x(to), this.#y(transport));
      context.lineTo(x(next.helloAt), this.#y(next.transport));
      context.stroke();
    }
  }
}
