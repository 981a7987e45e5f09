import { NumberStrip } from '../drawing/number-strip.js';
import { tint } from '../drawing/palette.js';
import { type Place, UNDER_WAY } from '../feed/numbers.js';
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

  /** Writes what has changed; `head` is the newest number that anybody has got. */
  refresh(head: Place | null): void {
    const { state, tally, numbers, lost } = this.#client;
    this.#dot.dataset['state'] = DOTS[state];
    write(this.#state, breakTexts.bare.states[state]);
    write(this.#received, fixed(tally.received, 0));
    write(this.#lost, fixed(lost, 0));
    this.#lost.classList.toggle('wrong', lost > 0);
    write(this.#repeated, fixed(tally.repeated, 0));
    const missing = this.#missed(head);
    write(this.#missing, fixed(missing, 0));
    this.#missing.classList.toggle('wrong', missing > 0);
    const { deaf, away } = breakTexts.bare;
    write(this.#behind, missing === 0 ? '' : (state === 'open' ? deaf : away)(missing));
    this.#strip.show(numbers, head);
  }

  /** What it lacks of what others have got by now; it learns of that, and counts it as lost, when something comes again. */
  #missed(head: Place | null): number {
    const behind = this.#client.behind(head);
    return behind <= (this.#client.state === 'open' ? UNDER_WAY : 0) ? 0 : behind;
  }
}
