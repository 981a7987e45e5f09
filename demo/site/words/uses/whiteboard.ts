/** The size of a board in its own units, whatever the size of the window. */
export const BOARD = { width: 1_000, height: 600 } as const;

/** Colours of pens. */
export const COLOURS = 5;

/** Points that one message holds at most, and the pieces of strokes that a board holds: as many as the log keeps. */
export const MOST = { points: 64, pieces: 1_000 } as const;

/** The channels of a board: the drawing, and where pens are. */
export function boardChannels(board: string) {
  return { drawing: `uses.board.${board}`, pens: `uses.board.${board}/pens` } as const;
}

/** A piece of a stroke, as it is drawn. It begins where the piece before has ended. */
export interface Piece {
  readonly kind: 'piece';
  readonly stroke: string;
  readonly colour: number;
  /** x and y in turns, in units of the board. */
  readonly points: readonly number[];
}

/** What is published on the channel of a board. */
export type BoardMessage = Piece | { readonly kind: 'undo'; readonly stroke: string } | { readonly kind: 'clear' };

/** Where somebody's pen is. */
export interface Pen {
  readonly id: string;
  readonly colour: number;
  readonly x: number;
  readonly y: number;
}
