import { NumberStrip } from '../drawing/number-strip.js';
import { tint } from '../drawing/palette.js';
import type { Place } from '../feed/numbers.js';
import { part, write } from '../page/part.js';
import { fixed } from '../texts/figures.js';
import { breakTexts } from '../texts/texts.js';
import type { BareClient } from './bare-client.js';

/** Of one that is connected, the newest message may just be on its way. */
const UNDER_WAY = 1;

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
    this.#repeated = find('repeated');
    this.#behind = find('behind');
  }

  /** Writes what has changed; `head` is the newest number that anybody has got. */
  refresh(head: Place | null): void {
    const { state, tally, numbers, lost } = this.#client;
    this.#dot.dataset['state'] = DOTS[state];
    write(this.#state, breakTexts.bare.states[state]);
    write(this.#received, fixed(tally.received, 0));
    write(this.#lost, fixed(lost, 0));
    this.#lost.classList.toggle('wrong', lost > 0);
    write(this.#repeated, fixed(tally.repeated, 0));
    write(this.#behind, this.#missed(head));
    this.#strip.show(numbers, head);
  }

  #missed(head: Place | null): string {
    const behind = this.#client.behind(head);
    const isOpen = this.#client.state === 'open';
    if (behind <= (isOpen ? UNDER_WAY : 0)) return '';
    return isOpen ? breakTexts.bare.deaf(behind) : breakTexts.bare.away(behind);
  }
}
