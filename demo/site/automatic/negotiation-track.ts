import { type Palette, tint } from '../drawing/palette.js';
import { Surface } from '../drawing/surface.js';
import { part, write } from '../page/part.js';
import { textsOf } from '../texts/texts.js';
import { reasonsOf, type Stretch } from './stretches.js';

/** What is shown, in milliseconds. */
const SHOWN_MS = 30_000;
const EDGE = 8;
const BAR = 10;
/** From the upper edge of a row to the middle of its bar, in pixels; what is below is the reason's. */
const BAR_MIDDLE = 10;

/**
 * The negotiation as a diagram: a row for each transport, best on top, and now at the right edge. A connection that is being
 * tried is an outline, from its hello on it is filled, a cross is where it failed or was lost, and a line leads from what
 * carried to what carries after it. Under its bar each row says why it failed, in a place that does not move.
 */
export class NegotiationTrack {
  readonly #surface: Surface;
  readonly #palette: Palette;
  readonly #transports: readonly string[];
  readonly #reasons: ReadonlyMap<string, HTMLElement>;

  constructor(root: HTMLElement, transports: readonly string[], palette: Palette) {
    const rows = part(root, 'rows', HTMLElement);
    this.#surface = new Surface(part(root, 'picture', HTMLCanvasElement));
    this.#palette = palette;
    this.#transports = transports;
    this.#reasons = new Map(
      transports.map((transport) => {
        const row = document.createElement('li');
        const [name, reason] = [document.createElement('span'), document.createElement('span')];
        tint(row, transport);
        name.textContent = textsOf(transport).name;
        name.className = 'name';
        reason.className = 'why';
        row.append(name, reason);
        rows.append(row);
        return [transport, reason];
      }),
    );
  }

  /** Writes why each transport failed in the time that is shown, the last reason first. */
  refresh(now: number, stretches: readonly Stretch[]): void {
    const shown = stretches.filter((stretch) => isShown(stretch, now));
    for (const [transport, element] of this.#reasons) {
      const reasons = reasonsOf(transport, shown).join(' · ');
      write(element, reasons);
      element.title = reasons;
    }
  }

  draw(now: number, stretches: readonly Stretch[]): void {
    this.#surface.redraw((context) => {
      const x = (at: number) => (this.#surface.width - EDGE) * (1 - (now - at) / SHOWN_MS);
      this.#grid(context, now, x);
      this.#handovers(context, stretches, x);
      for (const stretch of stretches) if (isShown(stretch, now)) this.#stretch(context, stretch, now, x);
    });
  }

  #y(transport: string): number {
    const row = this.#surface.height / this.#transports.length;
    return row * this.#transports.indexOf(transport) + BAR_MIDDLE;
  }

  #grid(context: CanvasRenderingContext2D, now: number, x: (at: number) => number): void {
    const { width, height } = this.#surface;
    context.fillStyle = this.#palette.colour('grid-strong');
    for (let at = Math.ceil((now - SHOWN_MS) / 5_000) * 5_000; at <= now; at += 5_000) {
      context.fillRect(Math.round(x(at)), 0, 1, height);
    }
    for (const transport of this.#transports) context.fillRect(0, Math.round(this.#y(transport)), width, 1);
  }

  #stretch(context: CanvasRenderingContext2D, stretch: Stretch, now: number, x: (at: number) => number): void {
    const { transport, from, helloAt, to, end } = stretch;
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
    if (end === 'failed' || end === 'lost') this.#cross(context, right, y);
  }

  /** Where it ended badly. */
  #cross(context: CanvasRenderingContext2D, x: number, y: number): void {
    const size = 4.5;
    context.strokeStyle = this.#palette.colour('bad');
    context.lineWidth = 2.2;
    context.beginPath();
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
    context.stroke();
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

function isShown({ to }: Stretch, now: number): boolean {
  return to === null || to >= now - SHOWN_MS;
}
