import { type Palette, tint } from '../drawing/palette.js';
import { Sparkline } from '../drawing/sparkline.js';
import { Track } from '../drawing/track.js';
import { part, stamp, write } from '../page/part.js';
import { siteAddress } from '../page/place.js';
import type { Standing } from '../race/standings.js';
import { bytes, cpuTime, durationWithin, fixed, NOTHING } from '../texts/figures.js';
import { commonTexts, raceTexts, textsOf } from '../texts/texts.js';
import { documentPage } from '../words/document.js';
import type { Lane } from './lane.js';
import { LaneLines } from './lane-lines.js';

/** A lane as the visitor sees it. */
export class LaneView {
  readonly element = stamp('lane', HTMLElement);
  /** Whose experience is shown: of each run of the race there is another one. */
  lane: Lane;
  /** What ends the sentence about an open lane, such as how often it asks. */
  detail = '';
  /** What is to be read beside the CPU of a message, once it has been measured. */
  cpuNote = '';
  readonly #transport: string;
  readonly #track: Track;
  readonly #trend: Sparkline;
  readonly #lines: LaneLines;
  readonly #state: HTMLElement;
  readonly #stateText: HTMLElement;
  readonly #cpuNote: HTMLElement;
  readonly #figures: Readonly<Record<FigureName, HTMLElement>>;

  constructor(lane: Lane, transport: string, palette: Palette) {
    const { element } = this;
    const { name, explanation } = textsOf(transport);
    const find = (name: string) => part(element, name, HTMLElement);
    this.lane = lane;
    this.#transport = transport;
    tint(element, transport);
    find('name').textContent = name;
    find('name').id = `lane-${transport}`;
    element.setAttribute('aria-labelledby', `lane-${transport}`);
    find('explanation').textContent = explanation;
    const link = part(element, 'document', HTMLAnchorElement);
    link.href = siteAddress(documentPage(`transports/${transport}/README.md`));
    link.setAttribute('aria-label', raceTexts.lanes.documentOf(name));
    // A small screen has no room for what has been read once.
    part(element, 'about', HTMLDetailsElement).open = matchMedia('(min-width: 46rem)').matches;
    const canvas = part(element, 'track', HTMLCanvasElement);
    canvas.setAttribute('aria-label', raceTexts.lanes.track(name));
    this.#track = new Track(canvas, palette);
    this.#trend = new Sparkline(part(element, 'trend', HTMLCanvasElement), 40);
    this.#lines = new LaneLines(find('lines'));
    this.#state = find('state');
    this.#stateText = find('state-text');
    this.#cpuNote = find('cpu-note');
    this.#figures = {
      latency: find('latency'),
      p50: find('p50'),
      p99: find('p99'),
      messages: find('messages'),
      requests: find('requests'),
      down: find('down'),
      up: find('up'),
      each: find('each'),
      opening: find('opening'),
      idle: find('idle'),
      cpu: find('cpu'),
    };
  }

  /** Draws what moves. */
  draw(now: number): void {
    const { arrivals, wire } = this.lane;
    this.#track.draw(now, { arrivals: arrivals.list, wire: wire.list, transport: this.#transport });
  }

  /** Writes the figures. */
  refresh(standing: Standing): void {
    const { state, latencies } = this.lane;
    this.#state.dataset['state'] = state;
    write(
      this.#stateText,
      state === 'open' ? `${textsOf(this.#transport).standing}${this.detail}` : commonTexts.states[state],
    );
    const figures: Readonly<Record<FigureName, string>> = {
      latency: durationWithin(standing.now, standing.errorMs),
      p50: durationWithin(standing.p50, standing.errorMs),
      p99: durationWithin(standing.p99, standing.errorMs),
      messages: fixed(standing.messages, 0),
      requests: standing.requests === null ? NOTHING : fixed(standing.requests, 0),
      down: bytes(standing.down),
      up: bytes(standing.up),
      each: bytes(standing.perMessage),
      opening: bytes(standing.opening),
      idle: bytes(standing.idle?.bytes ?? null),
      cpu: cpuTime(standing.cpu),
    };
    for (const [name, text] of Object.entries(figures)) write(this.#figures[name as FigureName], text);
    write(this.#cpuNote, standing.cpu === null ? '' : this.cpuNote);
    this.#trend.draw(latencies.seconds, 1);
    this.#lines.show(this.lane);
  }
}

type FigureName =
  | 'latency'
  | 'p50'
  | 'p99'
  | 'messages'
  | 'requests'
  | 'down'
  | 'up'
  | 'each'
  | 'opening'
  | 'idle'
  | 'cpu';
