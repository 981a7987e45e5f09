import type { Json } from '../../../client/index.js';
import { fieldsOf } from '../words/fields.js';
import { BOARD, type BoardMessage, COLOURS, MOST, type Pen, type Piece } from '../words/uses/whiteboard.js';

/** What the log of a board comes to. */
export class Strokes {
  #pieces: readonly Piece[] = [];

  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  /** Takes what has come on the channel; what is none of ours changes nothing, as anybody may publish there. */
  take(data: Json): void {
    const message = readMessage(data);
    switch (message?.kind) {
      case undefined:
        return;
      case 'clear':
        this.#pieces = [];
        return;
      case 'undo':
        this.#pieces = this.#pieces.filter(({ stroke }) => stroke !== message.stroke);
        return;
      case 'piece':
        this.#pieces = [...this.#pieces, message].slice(-MOST.pieces);
        return;
      default:
        return message satisfies undefined;
    }
  }
}

function readMessage(data: unknown): BoardMessage | null {
  const { kind, stroke, colour, points } = fieldsOf(data);
  if (kind === 'clear') return { kind };
  if (typeof stroke !== 'string' || stroke.length > 40) return null;
  if (kind === 'undo') return { kind, stroke };
  if (kind !== 'piece' || !isColour(colour) || !Array.isArray(points)) return null;
  const isWhole = points.length >= 2 && points.length <= 2 * MOST.points && points.length % 2 === 0;
  return isWhole && points.every(isPlace) ? { kind, stroke, colour, points } : null;
}

/** Somebody's pen; `null` for what is none. */
export function readPen(data: unknown): Pen | null {
  const { id, colour, x, y } = fieldsOf(data);
  return typeof id === 'string' && isColour(colour) && isPlace(x) && isPlace(y) ? { id, colour, x, y } : null;
}

function isColour(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < COLOURS;
}

function isPlace(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Math.max(BOARD.width, BOARD.height);
}
