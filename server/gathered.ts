/**
 * Bytes that come in pieces, put into one buffer as they come. Kept as they are, small pieces would cost four hundred times their
 * bytes, and each would hold on to all that was read from the network together with it.
 */
export class Gathered {
  #buffer = Buffer.alloc(0);
  #size = 0;

  /** The most bytes that are taken. */
  constructor(private readonly most: number) {}

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  /** Takes a piece; returns `false`, and takes nothing of it, when it is too much. */
  add(piece: Buffer): boolean {
    const size = this.#size + piece.length;
    if (size > this.most) return false;
    if (size > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.most, Math.max(size, 2 * this.#buffer.length)));
      this.#buffer.copy(grown, 0, 0, this.#size);
      this.#buffer = grown;
    }
    piece.copy(this.#buffer, this.#size);
    this.#size = size;
    return true;
  }
}
