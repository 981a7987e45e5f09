import { connect, type PushClient } from '../../../client/index.js';
import { watchAttention } from '../page/attention.js';
import { part, write } from '../page/part.js';
import { gatewayPath } from '../page/place.js';
import { randomName } from '../page/random-name.js';
import { failureOf, writeReason } from '../page/reason.js';
import { commonTexts, textsOf, wireTexts } from '../texts/texts.js';
import { Conversation } from '../wire/conversation.js';
import { LANE_PARAMETER } from '../words/lane-name.js';
import { CaptureReader } from './capture-reader.js';
import type { PiecesView } from './pieces-view.js';

const ASK_MS = 400;
/** Slow enough to read one poll before the next one comes. */
const POLL_MS = 5_000;

/** A connection of the visitor's own over one transport, and its bytes as the gateway's socket has them. */
export class LiveWire {
  readonly #transport: string;
  readonly #view: PiecesView;
  readonly #lane = randomName();
  /** A channel of its own, on which nothing happens but what the visitor does. */
  readonly #channel = `anatomy.${this.#lane.slice(0, 6)}`;
  readonly #reader = new CaptureReader(this.#lane);
  readonly #conversation = new Conversation();
  readonly #state: HTMLElement;
  readonly #outcome: HTMLElement;
  #push: PushClient | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAway = true;
  #isPaused = false;
  #published = 0;

  constructor(root: HTMLElement, transport: string, view: PiecesView) {
    this.#transport = transport;
    this.#view = view;
    this.#state = part(root, 'state', HTMLElement);
    this.#outcome = part(root, 'outcome', HTMLElement);
    const pause = part(root, 'pause', HTMLButtonElement);
    pause.addEventListener('click', () => {
      this.#isPaused = !this.#isPaused;
      pause.setAttribute('aria-pressed', String(this.#isPaused));
      if (!this.#isPaused) this.#goOn();
    });
    part(root, 'publish', HTMLButtonElement).addEventListener('click', () => void this.#say(() => this.#publish()));
    part(root, 'send', HTMLButtonElement).addEventListener('click', () => void this.#say(() => this.#send()));
  }

  start(): void {
    watchAttention(
      () => this.#leave(),
      () => void this.#begin(),
    );
    void this.#begin();
  }

  async #begin(): Promise<void> {
    if (!this.#isAway) return;
    this.#isAway = false;
    // Asked first, so that the very first request is captured.
    await this.#ask();
    if (this.#isAway) return;
    const push = connect(`${gatewayPath()}?${LANE_PARAMETER}=${this.#lane}`, {
      transports: [this.#transport],
      pollMs: POLL_MS,
    });
    push.subscribe(this.#channel, () => undefined);
    push.on('state', () => this.#show(push));
    this.#push = push;
    this.#show(push);
    this.#goOn();
  }

  #leave(): void {
    if (this.#isAway) return;
    this.#isAway = true;
    clearTimeout(this.#timer);
    void this.#push?.close();
    this.#push = null;
    write(this.#state, commonTexts.states.paused);
  }

  #show({ state }: PushClient): void {
    const isOpen = state === 'open';
    write(this.#state, isOpen ? wireTexts.wire.openOver(textsOf(this.#transport).name) : commonTexts.states[state]);
  }

  #goOn(): void {
    clearTimeout(this.#timer);
    const round = async () => {
      if (this.#isAway || this.#isPaused) return;
      if (await this.#ask()) this.#timer = setTimeout(() => void round(), ASK_MS);
    };
    void round();
  }

  /** Whether it is worth asking again. */
  async #ask(): Promise<boolean> {
    const asked = await this.#reader.ask();
    if (asked.is === 'captured') this.#view.add(asked.pieces.map((piece) => this.#conversation.read(piece)));
    else this.#view.explain(wireTexts.wire[asked.is]);
    return asked.is !== 'absent';
  }

  async #say(work: () => Promise<string>): Promise<void> {
    // Whoever publishes wants to see it pass.
    this.#view.follow();
    try {
      write(this.#outcome, await work());
    } catch (error) {
      writeReason(this.#outcome, failureOf(error), wireTexts.wire.failed);
    }
  }

  #message() {
    this.#published += 1;
    return { text: wireTexts.wire.message, number: this.#published };
  }

  /** By a request of nobody in particular, as from another program: the lane sees it arrive, and nothing else. */
  async #publish(): Promise<string> {
    const response = await fetch(`${gatewayPath()}/channels/${this.#channel}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(this.#message()),
    });
    const { id, detail } = await response.json();
    if (!response.ok) throw new Error(String(detail ?? response.status));
    return wireTexts.wire.published(String(id));
  }

  /** By the lane's own client, so that what goes up is seen as well. */
  async #send(): Promise<string> {
    if (this.#push === null) throw new Error(commonTexts.states.paused);
    const { id } = await this.#push.publish(this.#channel, this.#message());
    return wireTexts.wire.sent(id, textsOf(this.#transport).uplink);
  }
}
