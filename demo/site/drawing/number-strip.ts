import type { Numbers, Place } from '../feed/numbers.js';

/** Cells of a strip; a small screen shows the newest of them. */
const CELLS = 40;

/** The newest numbers of a feed, each in a cell that says what became of it. The newest is the first, and the style sheet has it at the right. */
export class NumberStrip {
  readonly #cells: readonly HTMLElement[];

  constructor(root: HTMLElement) {
    this.#cells = Array.from({ length: CELLS }, () => document.createElement('span'));
    root.append(...this.#cells);
  }

  /** Shows the numbers up to `head`, the newest that is known of: so strips below each other can be compared. */
  show(numbers: Numbers, head: Place | null): void {
    for (const [index, cell] of this.#cells.entries()) {
      const number = (head?.number ?? 0) - index;
      const fate = head === null || number < 1 ? 'before' : numbers.fateOf({ run: head.run, number });
      // Two digits tell neighbours apart; the whole number has no room.
      const text = fate === 'before' ? '' : String(number % 100).padStart(2, '0');
      if (cell.textContent !== text) {
        cell.textContent = text;
        cell.title = fate === 'before' ? '' : String(number);
      }
      if (cell.dataset['fate'] !== fate) cell.dataset['fate'] = fate;
    }
  }
}
