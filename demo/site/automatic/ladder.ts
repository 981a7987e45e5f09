import { tint } from '../drawing/palette.js';
import { part, stamp, write } from '../page/part.js';
import { texts, textsOf } from '../texts/texts.js';
import type { Automatic } from './automatic.js';

/** The transports, best on top, each with a switch that blocks it. */
export class Ladder {
  readonly #rungs: readonly Rung[];

  /** `tell` hears after each press whether it came to nothing. */
  constructor(list: HTMLElement, automatic: Automatic, transports: readonly string[], tell: (failed: boolean) => void) {
    this.#rungs = transports.map((transport) => new Rung(automatic, transport, tell));
    list.append(...this.#rungs.map(({ element }) => element));
  }

  refresh(): void {
    for (const rung of this.#rungs) rung.refresh();
  }
}

class Rung {
  readonly element = stamp('rung', HTMLElement);
  readonly #automatic: Automatic;
  readonly #transport: string;
  readonly #name: string;
  readonly #standing = part(this.element, 'standing', HTMLElement);
  readonly #block = part(this.element, 'block', HTMLButtonElement);

  constructor(automatic: Automatic, transport: string, tell: (failed: boolean) => void) {
    this.#automatic = automatic;
    this.#transport = transport;
    this.#name = textsOf(transport).name;
    tint(this.element, transport);
    part(this.element, 'name', HTMLElement).textContent = this.#name;
    this.refresh();
    this.#block.addEventListener('click', () => {
      automatic.block(transport, !automatic.isBlocked(transport)).then(
        () => {
          tell(false);
          this.refresh();
        },
        () => tell(true),
      );
    });
  }

  refresh(): void {
    const standing = this.#automatic.standing(this.#transport);
    this.element.dataset['standing'] = standing;
    write(this.#standing, texts.automatic.rung[standing]);
    const { block, free } = texts.automatic;
    const blocked = this.#automatic.isBlocked(this.#transport);
    this.#block.classList.toggle('frees', blocked);
    write(this.#block, (blocked ? free : block)(this.#name));
  }
}
