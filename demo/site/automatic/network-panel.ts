import { part, write } from '../page/part.js';
import { breakTexts } from '../texts/texts.js';
import { type CutName, FAULT_NAMES, isFaultName } from '../words/fault-name.js';
import type { Automatic } from './automatic.js';

/** How the network blocks, and what can be done to the connections that are open. */
export class NetworkPanel {
  readonly #root: HTMLElement;
  readonly #automatic: Automatic;
  readonly #choice: HTMLSelectElement;
  readonly #does: HTMLElement;

  /** `tell` hears after each press whether it came to nothing. */
  constructor(root: HTMLElement, automatic: Automatic, tell: (failed: boolean) => void) {
    this.#root = root;
    this.#automatic = automatic;
    this.#choice = part(root, 'fault', HTMLSelectElement);
    this.#does = part(root, 'fault-does', HTMLElement);
    this.#choice.append(...FAULT_NAMES.map((name) => new Option(breakTexts.automatic.faults[name].name, name)));
    this.#choice.value = automatic.fault;
    this.#choice.addEventListener('change', () => this.#choose(this.#choice.value));
    for (const how of ['cut', 'sever'] as const satisfies readonly CutName[]) {
      part(root, how, HTMLButtonElement).addEventListener('click', () => {
        automatic.cut(how).then(
          () => tell(false),
          () => tell(true),
        );
      });
    }
    this.refresh();
  }

  refresh(): void {
    this.#root.hidden = !this.#automatic.hasNetwork;
    write(this.#does, breakTexts.automatic.faults[this.#automatic.fault].does);
  }

  #choose(name: string): void {
    if (isFaultName(name)) this.#automatic.fault = name;
    this.refresh();
  }
}
