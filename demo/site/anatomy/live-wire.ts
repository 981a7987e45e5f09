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
/** A server with more to capture than it has room for may begin anew each time: nobody gains by connecting as often. */
const RECONNECT_MS = 5_000;
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
  /** The capture has begun anew, and does not know how what is open now began. */
  #isLate = false;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #isAway = false;
  #isAbsent = false;
  #published = 0;

  constructor(root: HTMLElement, transport: string, view: PiecesView) {
    this.#transport = transport;
    this.#view = view;
    this.#state = part(root, 'state', HTMLElement);
    this.#outcome = part(root, 'outcome', HTMLElement);
    const pause = part(root, 'pause', HTMLButtonElement);
    pause.addEventListener('click', () => {
      const isHeld = pause.getAttribute('aria-pressed') !== 'true';
      pause.setAttribute('aria-pressed', String(isHeld));
      view.hold(isHeld);
    });
    part(root, 'publish', HTMLButtonElement).addEventListener('click', () => void this.#say(() => this.#publish()));
    part(root, 'send', HTMLButtonElement).addEventListener('click', () => void this.#say(() => this.#send()));
  }

  start(): void {
    watchAttention(
      () => this.#leave(),
      () => {
        this.#isAway = false;
      },
    );
    void this.#round();
  }

  /** Asked first, so that the very first request is captured; a capture that has begun anew gets a connection of its own. */
  async #round(): Promise<void> {
    if (!this.#isAway) await this.#ask();
    if (!this.#isAway) this.#keepConnected();
    setTimeout(() => void this.#round(), ASK_MS);
  }

  #keepConnected(): void {
    const isFirst = this.#push === null;
    const isDue = this.#isLate && performance.now() - this.#renewedAt > RECONNECT_MS;
    if (!isFirst && isDue) this.#renewedAt = performance.now();
    if (isFirst || isDue) this.#connect();
  }

  #connect(): void {
    this.#isLate = false;
    void this.#push?.close();
    const push = connect(`${gatewayPath()}?${LANE_PARAMETER}=${this.#lane}`, {
      transports: [this.#transport],
      pollMs: POLL_MS,
    });
    push.subscribe(this.#channel, () => undefined);
    push.on('state', () => this.#show(push));
    this.#push = push;
    this.#show(push);
  }

  #leave(): void {
    this.#isAway = true;
    void this.#push?.close();
    this.#push = null;
    write(this.#state, commonTexts.states.paused);
  }

  #show(push: PushClient): void {
    if (push !== this.#push) return;
    const { state } = push;
    const isOpen = state === 'open';
    write(this.#state, isOpen ? wireTexts.wire.openOver(textsOf(this.#transport).name) : commonTexts.states[state]);
  }

  async #ask(): Promise<void> {
    if (this.#isAbsent) return;
    const asked = await this.#reader.ask();
    this.#isAbsent = asked.is === 'absent';
    if (asked.is !== 'captured') return this.#view.explain(wireTexts.wire[asked.is]);
    this.#isLate ||= asked.isAnew;
    this.#view.add(asked.pieces.map((piece) => this.#conversation.read(piece)));
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
