import { type Palette, tint } from '../drawing/palette.js';
import { Sparkline } from '../drawing/sparkline.js';
import { Track } from '../drawing/track.js';
import { part, stamp, write } from '../page/part.js';
import { siteAddress } from '../page/place.js';
import { bytes, duration, fixed, NOTHING } from '../texts/figures.js';
import { commonTexts, raceTexts, textsOf } from '../texts/texts.js';
import type { Lane } from './lane.js';
import { LaneLines } from './lane-lines.js';

/** A lane as the visitor sees it. */
export class LaneView {
  readonly element = stamp('lane', HTMLElement);
  readonly #lane: Lane;
  readonly #transport: string;
  readonly #track: Track;
  readonly #trend: Sparkline;
  readonly #lines: LaneLines;
  readonly #state: HTMLElement;
  readonly #stateText: HTMLElement;
  readonly #latency: HTMLElement;
  readonly #median: HTMLElement;
  readonly #messages: HTMLElement;
  readonly #requests: HTMLElement;
  readonly #down: HTMLElement;
  readonly #up: HTMLElement;
  readonly #each: HTMLElement;

  constructor(lane: Lane, transport: string, palette: Palette) {
    const { element } = this;
    const { name, explanation } = textsOf(transport);
    const find = (name: string) => part(element, name, HTMLElement);
    this.#lane = lane;
    this.#transport = transport;
    tint(element, transport);
    find('name').textContent = name;
    find('name').id = `lane-${transport}`;
    element.setAttribute('aria-labelledby', `lane-${transport}`);
    find('explanation').textContent = explanation;
    const link = part(element, 'document', HTMLAnchorElement);
    link.href = siteAddress(`docs/transports/${transport}/README.md`);
    link.setAttribute('aria-label', raceTexts.lanes.documentOf(name));
    const canvas = part(element, 'track', HTMLCanvasElement);
    canvas.setAttribute('aria-label', raceTexts.lanes.track(name));
    this.#track = new Track(canvas, palette);
    this.#trend = new Sparkline(part(element, 'trend', HTMLCanvasElement), 40);
    this.#lines = new LaneLines(find('lines'));
    this.#state = find('state');
    this.#stateText = find('state-text');
    this.#latency = find('latency');
    this.#median = find('median');
    this.#messages = find('messages');
    this.#requests = find('requests');
    this.#down = find('down');
    this.#up = find('up');
    this.#each = find('each');
  }

  /** Puts a control beside the state, as the end of its sentence. */
  addControl(control: HTMLElement): void {
    part(this.element, 'standing', HTMLElement).append(control);
  }

  /** Draws what moves. */
  draw(now: number): void {
    this.#track.draw(now, this.#lane.arrivals.list);
  }

  /** Writes the figures. */
  refresh(): void {
    const { state, latencies, tally, spending } = this.#lane;
    const cost = spending.total;
    this.#state.dataset['state'] = state;
    write(this.#stateText, state === 'open' ? textsOf(this.#transport).standing : commonTexts.states[state]);
    write(this.#latency, duration(latencies.last));
    write(this.#median, duration(latencies.median));
    write(this.#messages, fixed(tally.received, 0));
    write(this.#requests, cost === null ? NOTHING : fixed(cost.requests, 0));
    write(this.#down, bytes(cost?.down ?? null));
    write(this.#up, bytes(cost?.up ?? null));
    write(this.#each, bytes(spending.perMessage));
    this.#trend.draw(latencies.values, 1);
    this.#lines.show(this.#lane);
  }
}
