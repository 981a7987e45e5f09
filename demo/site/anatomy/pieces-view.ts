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
  readonly #server: string;
  readonly #box: HTMLElement;
  readonly #list: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #up: HTMLElement;
  readonly #down: HTMLElement;
  readonly #count: HTMLElement;
  readonly #sum = { up: 0, down: 0, close: 0 };
  #pieces = 0;
  #lastAt: number | null = null;
  /** What has come while the view is held, as much as there is room for. */
  #held: HTMLElement[] = [];
  #isHeld = false;
  /** It begins with the first request, and stays there until somebody goes to the end. */
  #follows = false;

  constructor(root: HTMLElement) {
    this.#server = root.dataset['server'] ?? '';
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
    this.#box.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#box;
      this.#follows = scrollTop > 0 && scrollHeight - scrollTop - clientHeight < NEAR_PX;
    });
  }

  add(pieces: readonly ReadPiece[]): void {
    if (pieces.length === 0) return;
    for (const piece of pieces) {
      this.#held.push(pieceView(piece, this.#server, this.#lastAt === null ? null : piece.at - this.#lastAt));
      this.#lastAt = piece.at;
      for (const span of piece.spans) this.#sum[piece.what] += span.bytes.length;
      this.#pieces += 1;
    }
    this.#held = this.#held.slice(-SHOWN);
    if (!this.#isHeld) this.#show();
  }

  /** Stands still, or goes on with what has come meanwhile. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld && this.#pieces > 0) this.#show();
  }

  #show(): void {
    this.#list.append(...this.#held);
    this.#held = [];
    while (this.#list.childElementCount > SHOWN) this.#list.firstElementChild?.remove();
    this.#empty.hidden = true;
    write(this.#up, bytes(this.#sum.up));
    write(this.#down, bytes(this.#sum.down));
    write(this.#count, wireTexts.wire.pieces(this.#pieces));
    if (this.#follows) this.follow();
  }

  /** Goes to what is newest, and stays there. */
  follow(): void {
    this.#follows = true;
    this.#box.scrollTop = this.#box.scrollHeight;
  }

  /** Says why there is nothing to see. */
  explain(why: string): void {
    write(this.#empty, why);
    this.#empty.hidden = this.#pieces > 0;
  }
}
