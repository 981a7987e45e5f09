import { part, write } from '../page/part.js';
import { breakTexts } from '../texts/texts.js';
import type { CutName } from '../words/fault-name.js';
import { NODE_HEARTBEAT_MS } from '../words/report.js';
import type { Automatic } from './automatic.js';
import { faultsOf, isPossible, isSet, PRESET_NAMES, type PresetName, turn } from './presets.js';

/** How often the line can be cut, in seconds. */
const PERIODS = [3, 5, 10];

/** A switch, and how the transports that it concerns were when it had been turned. */
interface Turned {
  readonly name: PresetName;
  readonly faults: string;
}

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
  /** One switch is turned after the other: what one does goes by what the others have done. */
  #turning: Promise<unknown> = Promise.resolve();
  /** What the button that was pressed last has done; `null` before the first. */
  #answer: string | null = null;
  /** The switch that it answers, if it is one. */
  #of: Turned | null = null;

  /** `tell` hears after each press why it came to nothing, or `null`. */
  constructor(root: HTMLElement, automatic: Automatic, tell: (failure: unknown) => void) {
    this.#root = root;
    this.#automatic = automatic;
    this.#tell = tell;
    const { answers } = breakTexts.board;
    const button = (name: string) => part(root, name, HTMLButtonElement);
    this.#switches = new Map(PRESET_NAMES.map((name) => [name, button(name)]));
    for (const [name, element] of this.#switches) {
      element.addEventListener('click', () => {
        const answer = (isOn: boolean) => {
          // A delay leaves alone what is blocked, which may be all.
          const isInVain = name === 'delay' && isOn && !isSet(name, automatic);
          return isInVain ? answers.allBlocked : answers[name][isOn ? 'on' : 'off'];
        };
        this.#do(this.#turn(name), answer, name);
      });
    }
    const cut = (how: CutName) =>
      this.#do(automatic.cut(how), (count) => (count > 0 ? answers[how] : answers.nothingOpen));
    button('cut').addEventListener('click', () => cut('cut'));
    this.#sever = button('sever');
    this.#sever.addEventListener('click', () => cut('sever'));
    this.#restart = button('restart');
    this.#restart.addEventListener('click', () => this.#do(automatic.restart(), () => answers.restart));
    this.#period = part(root, 'period', HTMLSelectElement);
    this.#period.append(...PERIODS.map((seconds) => new Option(breakTexts.board.seconds(seconds), String(seconds))));
    this.#period.addEventListener('change', () => this.#timer !== null && this.#cutRepeatedly());
    this.#repeat = button('repeat');
    this.#repeat.addEventListener('click', () => {
      if (this.#timer === null) this.#cutRepeatedly();
      else this.pause();
    });
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
    this.#restart.hidden = node === 'none' || node === 'unknown';
    // Not disabled: that would take the focus away from who has just pressed it.
    this.#restart.setAttribute('aria-disabled', String(node === 'down'));
    this.#repeat.setAttribute('aria-pressed', String(this.#timer !== null));
    // No other one has taken its place after all.
    if (node === 'none' && this.#answer === breakTexts.board.answers.restart) this.#answer = null;
    // It may have been turned back elsewhere.
    if (this.#of !== null && faultsOf(this.#of.name, this.#automatic) !== this.#of.faults) {
      this.#answer = null;
      this.#of = null;
    }
    const { restarting, noServer, away } = breakTexts.board.notes;
    const answers = node === 'down' ? restarting : (this.#answer ?? this.#usual());
    write(this.#note, { none: noServer, away, answers }[server]);
    this.#root.dataset['node'] = node;
  }

  /** Leaves the line alone. */
  pause(): void {
    if (this.#timer !== null) {
      clearInterval(this.#timer);
      [this.#answer, this.#of] = [breakTexts.board.answers.repeat.off, null];
    }
    this.#timer = null;
    this.refresh();
  }

  /** What is to be known before anything is pressed: what one waits for, and what is whose. */
  #usual(): string {
    const { node, hasNetwork, heartbeatMs, toleranceMs } = this.#automatic;
    const { notes, halfOpen, quick, inARow } = breakTexts.board;
    if (!hasNetwork) return notes.direct;
    if (node === 'unknown') return '';
    const place = node === 'none' ? notes.shared : notes.ownNode;
    if (heartbeatMs === null) return place;
    const seconds = heartbeatMs / 1_000;
    const isQuick = node !== 'none' && heartbeatMs === NODE_HEARTBEAT_MS;
    const said = halfOpen(seconds, toleranceMs / 1_000);
    return inARow(isQuick ? [said, quick(seconds), place] : [said, place]);
  }

  /** Turns a switch, as it is when those that were pressed before have done their work; returns whether it is on then. */
  #turn(name: PresetName): Promise<boolean> {
    const turned = this.#turning.then(async () => {
      const isOn = !isSet(name, this.#automatic);
      await turn(name, isOn, this.#automatic);
      return isOn;
    });
    this.#turning = turned.catch(() => {});
    return turned;
  }

  #cutRepeatedly(): void {
    this.pause();
    const seconds = Number(this.#period.value);
    [this.#answer, this.#of] = [breakTexts.board.answers.repeat.on(seconds), null];
    this.#timer = setInterval(() => this.#do(this.#automatic.cut('cut')), seconds * 1_000);
    this.refresh();
  }

  /** `answer` says what the note says when it is done; what nobody has pressed for at this moment leaves it as it is. */
  #do<Result>(
    work: Promise<Result>,
    answer: ((result: Result) => string) | null = null,
    name: PresetName | null = null,
  ): void {
    work.then((result) => {
      this.#tell(null);
      if (answer !== null) {
        this.#answer = answer(result);
        this.#of = name === null ? null : { name, faults: faultsOf(name, this.#automatic) };
      }
      this.refresh();
    }, this.#tell);
  }
}
