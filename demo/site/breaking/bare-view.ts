import { NumberStrip } from '../drawing/number-strip.js';
import { tint } from '../drawing/palette.js';
import { part, write } from '../page/part.js';
import { fixed } from '../texts/figures.js';
import { breakTexts } from '../texts/texts.js';
import type { BareClient } from './bare-client.js';

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
  readonly #repeated: HTMLElement;

  constructor(root: HTMLElement, client: BareClient) {
    const find = (name: string) => part(root, name, HTMLElement);
    this.#client = client;
    tint(root, client.kind);
    this.#strip = new NumberStrip(find('numbers'));
    this.#dot = find('dot');
    this.#state = find('state');
    this.#received = find('received');
    this.#lost = find('lost');
    this.#repeated = find('repeated');
  }

  /** Writes what has changed; `head` is the newest number that anybody has got. */
  refresh(head: number): void {
    const { state, tally, numbers } = this.#client;
    this.#dot.dataset['state'] = DOTS[state];
    write(this.#state, breakTexts.bare.states[state]);
    write(this.#received, fixed(tally.received, 0));
    write(this.#lost, fixed(tally.lost, 0));
    this.#lost.classList.toggle('wrong', tally.lost > 0);
    write(this.#repeated, fixed(tally.repeated, 0));
    this.#strip.show(numbers, head);
  }
}
