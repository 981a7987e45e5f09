/** Which way bytes went. */
export type Direction = 'up' | 'down';

/** Bytes that went over one socket of a lane in one piece, or the news that the socket was closed. */
export interface Piece {
  /** Counts up within a capture. */
  readonly number: number;
  /** The lane's connections, counted from 1. */
  readonly connection: number;
  /** The server's clock: milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly what: Direction | 'close';
  /** In base64; empty for a close. */
  readonly bytes: string;
}

/** The answer to `GET /demo/capture`. */
export interface CaptureReport {
  /** The life of the capture: numbers of different lives have no order. */
  readonly life: string;
  /** What came after the number that was asked for, as far as it is kept. */
  readonly pieces: readonly Piece[];
}
