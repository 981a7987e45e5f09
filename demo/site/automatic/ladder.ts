import { tint } from '../drawing/palette.js';
import { part, stamp, write } from '../page/part.js';
import { breakTexts, textsOf } from '../texts/texts.js';
import type { Automatic, Standing } from './automatic.js';

/** The transports, best on top, each with a switch that blocks it. */
export class Ladder {
  readonly #rungs: readonly Rung[];

  /** `tell` hears after each press why it came to nothing, or `null`. */
  constructor(
    list: HTMLElement,
    automatic: Automatic,
    transports: readonly string[],
    tell: (failure: unknown) => void,
  ) {
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

  constructor(automatic: Automatic, transport: string, tell: (failure: unknown) => void) {
    this.#automatic = automatic;
    this.#transport = transport;
    this.#name = textsOf(transport).name;
    tint(this.element, transport);
    part(this.element, 'name', HTMLElement).textContent = this.#name;
    this.refresh();
    this.#block.addEventListener('click', () => {
      automatic.block(transport, automatic.faultOf(transport) === null).then(() => {
        tell(null);
        this.refresh();
      }, tell);
    });
  }

  refresh(): void {
    const standing = this.#automatic.standing(this.#transport);
    this.element.dataset['standing'] = standing;
    write(this.#standing, this.#standingText(standing));
    const isBlocked = this.#automatic.faultOf(this.#transport) !== null;
    this.#block.setAttribute('aria-pressed', String(isBlocked));
    const { block, slow } = breakTexts.automatic;
    write(this.#block, (this.#automatic.faultOf(this.#transport) === 'slow' ? slow : block)(this.#name));
  }

  #standingText(standing: Standing): string {
    const { rung, faults } = breakTexts.automatic;
    const fault = this.#automatic.faultOf(this.#transport);
    // Without a choice there is one way to be blocked, and nothing to tell apart.
    if (fault === null || !this.#automatic.hasNetwork) return rung[standing];
    if (fault === 'slow') return rung.slowed(rung[standing], faults[fault].rung);
    if (standing === 'blocked') return rung.blockedBy(faults[fault].rung);
    if (standing === 'despite') return rung.despiteOf(faults[fault].rung);
    return rung[standing];
  }
}
