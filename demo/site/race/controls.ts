import { part, write } from '../page/part.js';
import { bytes, fixed } from '../texts/figures.js';
import { raceTexts } from '../texts/texts.js';
import { type RaceSettings, STEPS } from '../words/race.js';
import { type CourseSettings, FIRST_COURSE } from './course-settings.js';

/** What a visitor asks for at the controls. */
export interface ControlsListener {
  /** Other settings. */
  run(settings: CourseSettings): void;
  /** To measure, or to stop that. */
  measureIdle(): void;
  measureCpu(): void;
}

const NAMES = ['perSecond', 'bytes', 'pollMs', 'clients'] as const satisfies readonly (keyof RaceSettings)[];

/** A slider that is moved by keys passes many steps on its way: so long it has to rest, in milliseconds. */
const SETTLED_MS = 250;

/** The sliders, the choice of the feed, and the two measurements that take their time. */
export class Controls {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown: CourseSettings;
  readonly #sliders: readonly {
    readonly name: keyof RaceSettings;
    readonly input: HTMLInputElement;
    chosen(): number;
    tell(): void;
  }[];
  readonly #shared: HTMLButtonElement;
  readonly #own: HTMLButtonElement;
  readonly #idle: HTMLButtonElement;
  readonly #cpu: HTMLButtonElement;
  readonly #outcome: HTMLElement;

  constructor(root: HTMLElement, settings: CourseSettings, listener: ControlsListener) {
    this.#shown = settings;
    this.#shared = part(root, 'shared', HTMLButtonElement);
    this.#own = part(root, 'own', HTMLButtonElement);
    this.#idle = part(root, 'measure-idle', HTMLButtonElement);
    this.#cpu = part(root, 'measure-cpu', HTMLButtonElement);
    this.#outcome = part(root, 'controls-outcome', HTMLElement);
    this.#sliders = NAMES.map((name) => this.#slider(root, name, listener));
    // The machine's figures come as they do; how often who polls asks is everybody's own.
    this.#shared.addEventListener('click', () => listener.run({ ...FIRST_COURSE, pollMs: this.#shown.pollMs }));
    this.#own.addEventListener('click', () => listener.run({ ...this.#shown, isOwn: true }));
    this.#idle.addEventListener('click', () => listener.measureIdle());
    this.#cpu.addEventListener('click', () => listener.measureCpu());
    this.show(settings);
  }

  /** Shows what is run. */
  show(settings: CourseSettings): void {
    // What is being chosen was chosen of something else.
    clearTimeout(this.#timer);
    this.#shown = settings;
    this.#shared.setAttribute('aria-pressed', String(!settings.isOwn));
    this.#own.setAttribute('aria-pressed', String(settings.isOwn));
    for (const { name, input } of this.#sliders) input.value = String(STEPS[name].indexOf(settings[name]));
    for (const { tell } of this.#sliders) tell();
  }

  /** Says how it stands with something that was asked for. */
  tell(text: string): void {
    write(this.#outcome, text);
  }

  /** Shows whether something is being measured, with how far that is. */
  showMeasuring(idle: string | null, cpu: string | null): void {
    const { measureIdle, measureCpu } = raceTexts.controls;
    write(this.#idle, idle ?? measureIdle);
    // Not disabled: that would take the focus away from who has just pressed it.
    this.#cpu.setAttribute('aria-disabled', String(cpu !== null));
    write(this.#cpu, cpu ?? measureCpu);
  }

  #slider(root: HTMLElement, name: keyof RaceSettings, listener: ControlsListener) {
    const input = part(root, name, HTMLInputElement);
    const value = part(root, `${name}-value`, HTMLElement);
    const steps = STEPS[name];
    input.max = String(steps.length - 1);
    const chosen = () => steps[Number(input.value)] ?? steps[0] ?? 0;
    const tell = () => {
      // The machine's figures are as long as they are.
      const isAsItIs = name === 'bytes' && !this.#chosen().isOwn;
      const text = isAsItIs ? raceTexts.controls.asItIs : valueText(name, chosen());
      write(value, text);
      input.setAttribute('aria-valuetext', text);
    };
    input.addEventListener('input', () => {
      for (const slider of this.#sliders) slider.tell();
    });
    input.addEventListener('change', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => listener.run(this.#chosen()), SETTLED_MS);
    });
    return { name, input, chosen, tell };
  }

  /** What all sliders say. The machine's figures are as they are: who wants others wants a race of his own. */
  #chosen(): CourseSettings {
    const values = Object.fromEntries(this.#sliders.map(({ name, chosen }) => [name, chosen()]));
    const settings = { ...this.#shown, ...values };
    const isOther = NAMES.some((name) => name !== 'pollMs' && settings[name] !== this.#shown[name]);
    return { ...settings, isOwn: settings.isOwn || isOther };
  }
}

/** A setting as it is read. */
export function valueText(name: keyof RaceSettings, value: number): string {
  const { perSecond, silence, seconds, clientsOf } = raceTexts.controls;
  switch (name) {
    case 'perSecond':
      return value === 0 ? silence : perSecond(String(value));
    case 'bytes':
      return bytes(value);
    case 'pollMs':
      return seconds(fixed(value / 1_000, value % 1_000 === 0 ? 0 : value % 100 === 0 ? 1 : 2));
    case 'clients':
      return clientsOf(value);
    default:
      return name satisfies never;
  }
}
