import { part, write } from '../page/part.js';
import { breakTexts } from '../texts/texts.js';
import type { Automatic } from './automatic.js';
import { isPossible, isSet, PRESET_NAMES, type PresetName, turn } from './presets.js';

/** How often the line can be cut, in seconds. */
const PERIODS = [3, 5, 10];

/** The switches that break the whole network of the automatic client, or mend it. */
export class FaultBoard {
  readonly #root: HTMLElement;
  readonly #automatic: Automatic;
  readonly #tell: (failure: unknown) => void;
  readonly #switches: ReadonlyMap<PresetName, HTMLButtonElement>;
  readonly #sever: HTMLButtonElement;
  readonly #repeat: HTMLButtonElement;
  readonly #period: HTMLSelectElement;
  readonly #restart: HTMLButtonElement;
  readonly #note: HTMLElement;
  #timer: ReturnType<typeof setInterval> | null = null;

  /** `tell` hears after each press why it came to nothing, or `null`. */
  constructor(root: HTMLElement, automatic: Automatic, tell: (failure: unknown) => void) {
    this.#root = root;
    this.#automatic = automatic;
    this.#tell = tell;
    const button = (name: string) => part(root, name, HTMLButtonElement);
    this.#switches = new Map(PRESET_NAMES.map((name) => [name, button(name)]));
    for (const [name, element] of this.#switches) {
      element.addEventListener('click', () => this.#do(turn(name, !isSet(name, automatic), automatic)));
    }
    button('cut').addEventListener('click', () => this.#do(automatic.cut('cut')));
    this.#sever = button('sever');
    this.#sever.addEventListener('click', () => this.#do(automatic.cut('sever')));
    this.#restart = button('restart');
    this.#restart.addEventListener('click', () => this.#do(automatic.restart()));
    this.#period = part(root, 'period', HTMLSelectElement);
    this.#period.append(...PERIODS.map((seconds) => new Option(breakTexts.board.seconds(seconds), String(seconds))));
    this.#period.addEventListener('change', () => this.#timer !== null && this.#cutRepeatedly());
    this.#repeat = button('repeat');
    this.#repeat.addEventListener('click', () => (this.#timer === null ? this.#cutRepeatedly() : this.pause()));
    this.#note = part(root, 'board-note', HTMLElement);
    this.refresh();
  }

  refresh(): void {
    const { node, hasNetwork, server } = this.#automatic;
    for (const [name, element] of this.#switches) {
      element.hidden = !isPossible(name, this.#automatic);
      element.setAttribute('aria-pressed', String(isSet(name, this.#automatic)));
    }
    this.#sever.hidden = !hasNetwork;
    this.#restart.hidden = node === 'none';
    // Not disabled: that would take the focus away from who has just pressed it.
    this.#restart.setAttribute('aria-disabled', String(node === 'down'));
    this.#repeat.setAttribute('aria-pressed', String(this.#timer !== null));
    const { direct, shared, restarting, ownNode, noServer, away } = breakTexts.board.notes;
    const place = { none: shared, up: ownNode, down: restarting }[node];
    write(this.#note, { none: noServer, away, answers: hasNetwork ? place : direct }[server]);
    this.#root.dataset['node'] = node;
  }

  /** Leaves the line alone. */
  pause(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.refresh();
  }

  #cutRepeatedly(): void {
    this.pause();
    this.#timer = setInterval(() => this.#do(this.#automatic.cut('cut')), Number(this.#period.value) * 1_000);
    this.refresh();
  }

  #do(work: Promise<void>): void {
    work.then(() => {
      this.#tell(null);
      this.refresh();
    }, this.#tell);
  }
}
