import { part, write } from '../page/part.js';
import { bytes } from '../texts/figures.js';
import { wireTexts } from '../texts/texts.js';
import type { ReadPiece } from '../wire/mark.js';
import { pieceView } from './piece-view.js';

/** Pieces that stay on the page. */
const SHOWN = 60;
/** Whoever is as near to the end as this reads what is newest. */
const NEAR_PX = 80;

/** The pieces of a capture, the newest last, and what all of them come to. */
export class PiecesView {
  readonly #box: HTMLElement;
  readonly #list: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #up: HTMLElement;
  readonly #down: HTMLElement;
  readonly #count: HTMLElement;
  readonly #sum = { up: 0, down: 0, close: 0 };
  #pieces = 0;
  #lastAt: number | null = null;

  constructor(root: HTMLElement) {
    this.#box = part(root, 'box', HTMLElement);
    this.#list = part(root, 'pieces', HTMLElement);
    this.#empty = part(root, 'empty', HTMLElement);
    this.#up = part(root, 'up', HTMLElement);
    this.#down = part(root, 'down', HTMLElement);
    this.#count = part(root, 'count', HTMLElement);
    const hex = part(root, 'hex', HTMLInputElement);
    const show = () => this.#list.classList.toggle('with-hex', hex.checked);
    hex.addEventListener('change', show);
    show();
  }

  add(pieces: readonly ReadPiece[]): void {
    if (pieces.length === 0) return;
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    for (const piece of pieces) {
      this.#list.append(pieceView(piece, this.#lastAt === null ? null : piece.at - this.#lastAt));
      this.#lastAt = piece.at;
      for (const span of piece.spans) this.#sum[piece.what] += span.bytes.length;
      this.#pieces += 1;
    }
    while (this.#list.childElementCount > SHOWN) this.#list.firstElementChild?.remove();
    this.#empty.hidden = true;
    write(this.#up, bytes(this.#sum.up));
    write(this.#down, bytes(this.#sum.down));
    write(this.#count, wireTexts.wire.pieces(this.#pieces));
    if (isAtEnd) this.#box.scrollTop = this.#box.scrollHeight;
  }

  /** Goes to where it began, for a capture that is complete. */
  rewind(): void {
    this.#box.scrollTop = 0;
  }

  /** Says why there is nothing to see. */
  explain(why: string): void {
    write(this.#empty, why);
    this.#empty.hidden = this.#pieces > 0;
  }
}
