import { part, write } from '../page/part.js';
import { breakTexts } from '../texts/texts.js';
import { FAULT_NAMES, isFaultName } from '../words/fault-name.js';
import type { Automatic } from './automatic.js';

/** How the network is to block the single transports of the ladder. */
export class NetworkPanel {
  readonly #root: HTMLElement;
  readonly #automatic: Automatic;
  readonly #choice: HTMLSelectElement;
  readonly #does: HTMLElement;

  constructor(root: HTMLElement, automatic: Automatic) {
    this.#root = root;
    this.#automatic = automatic;
    this.#choice = part(root, 'fault', HTMLSelectElement);
    this.#does = part(root, 'fault-does', HTMLElement);
    this.#choice.append(...FAULT_NAMES.map((name) => new Option(breakTexts.automatic.faults[name].name, name)));
    this.#choice.value = automatic.fault;
    this.#choice.addEventListener('change', () => this.#choose(this.#choice.value));
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
