import { NumberStrip } from '../drawing/number-strip.js';
import { tint } from '../drawing/palette.js';
import { missingOf, type Place } from '../feed/numbers.js';
import { part, write } from '../page/part.js';
import { fixed } from '../texts/figures.js';
import { breakTexts } from '../texts/texts.js';
import type { BareClient, BareState } from './bare-client.js';

const DOTS = {
  idle: 'idle',
  connecting: 'connecting',
  open: 'open',
  waiting: 'waiting',
  'given-up': 'closed',
} as const;

/** A client without Pushgate as the visitor sees it. */
export class BareView {
  readonly #client: BareClient;
  readonly #strip: NumberStrip;
  readonly #dot: HTMLElement;
  readonly #state: HTMLElement;
  readonly #received: HTMLElement;
  readonly #lost: HTMLElement;
  readonly #missing: HTMLElement;
  readonly #repeated: HTMLElement;
  readonly #behind: HTMLElement;

  constructor(root: HTMLElement, client: BareClient) {
    const find = (name: string) => part(root, name, HTMLElement);
    this.#client = client;
    tint(root, client.kind);
    this.#strip = new NumberStrip(find('numbers'));
    this.#dot = find('dot');
    this.#state = find('state');
    this.#received = find('received');
    this.#lost = find('lost');
    this.#missing = find('missing');
    this.#repeated = find('repeated');
    this.#behind = find('behind');
  }

  /** Writes what has changed; `head` is the newest number that is known of. */
  refresh(head: Place | null): void {
    const { state, tally, numbers, lost, isAlive } = this.#client;
    this.#dot.dataset['state'] = DOTS[state];
    write(this.#state, breakTexts.bare.states[state]);
    write(this.#received, fixed(tally.received, 0));
    write(this.#lost, fixed(lost, 0));
    this.#lost.classList.toggle('wrong', lost > 0);
    write(this.#repeated, fixed(tally.repeated, 0));
    // It learns of these, and counts them as lost, when something comes again.
    const missing = missingOf(this.#client.behind(head), state === 'open');
    write(this.#missing, fixed(missing, 0));
    this.#missing.classList.toggle('wrong', missing > 0 && !isAlive);
    write(this.#behind, missing === 0 || isAlive ? '' : behindText(state, missing));
    this.#strip.show(numbers, head);
  }
}

function behindText(state: BareState, missing: number): string {
  const { deaf, away, gone } = breakTexts.bare;
  if (state === 'open') return deaf(missing);
  return (state === 'given-up' ? gone : away)(missing);
}
