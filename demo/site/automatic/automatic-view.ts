import { NumberStrip } from '../drawing/number-strip.js';
import { type Palette, tint } from '../drawing/palette.js';
import { Track } from '../drawing/track.js';
import { missingOf, type Place } from '../feed/numbers.js';
import { whyNotDone } from '../page/not-done.js';
import { part, write } from '../page/part.js';
import { type Reason, writeReason } from '../page/reason.js';
import { bytes, durationWithin, fixed, NOTHING } from '../texts/figures.js';
import { breakTexts, commonTexts, textsOf } from '../texts/texts.js';
import type { Automatic } from './automatic.js';
import { FaultBoard } from './fault-board.js';
import { Ladder } from './ladder.js';
import { NegotiationTrack } from './negotiation-track.js';
import { NetworkPanel } from './network-panel.js';
import { stretchesOf } from './stretches.js';
import { TraceList } from './trace-list.js';

/** So long it is said that something came to nothing. */
const FAULT_MS = 10_000;

/** Room for the names of transports above the arrivals, in pixels. */
const NAMES = 14;

/** The automatic client as the visitor sees it. */
export class AutomaticView {
  readonly #automatic: Automatic;
  readonly #track: Track;
  readonly #ladder: Ladder;
  readonly #network: NetworkPanel;
  readonly #board: FaultBoard;
  readonly #negotiation: NegotiationTrack;
  readonly #strip: NumberStrip;
  readonly #trace: TraceList;
  readonly #instrument: HTMLElement;
  readonly #now: HTMLElement;
  readonly #state: HTMLElement;
  readonly #received: HTMLElement;
  readonly #lost: HTMLElement;
  readonly #missing: HTMLElement;
  readonly #repeated: HTMLElement;
  readonly #changes: HTMLElement;
  readonly #latency: HTMLElement;
  readonly #requests: HTMLElement;
  readonly #down: HTMLElement;
  readonly #up: HTMLElement;
  /** With the headline the one thing that a screen reader hears of without being asked. */
  readonly #reason: HTMLElement;
  readonly #wait: HTMLElement;
  readonly #newest: HTMLElement;
  /** What went wrong when the network was last to be broken or mended. */
  #fault: { readonly text: string; readonly until: number } | null = null;

  /** `board` has the switches and what has arrived, `instrument` how it came about. */
  constructor(
    { board, instrument }: { readonly board: HTMLElement; readonly instrument: HTMLElement },
    automatic: Automatic,
    palette: Palette,
  ) {
    const { transports } = automatic;
    const find = (name: string) => part(instrument, name, HTMLElement);
    const above = (name: string) => part(board, name, HTMLElement);
    this.#instrument = instrument;
    this.#automatic = automatic;
    this.#track = new Track(part(instrument, 'track', HTMLCanvasElement), palette, NAMES);
    this.#reason = find('reason');
    this.#wait = find('wait');
    this.#newest = above('newest');
    const tell = (failure: unknown) => {
      this.#fault = failure === null ? null : { text: whyNotDone(failure), until: performance.now() + FAULT_MS };
    };
    this.#ladder = new Ladder(find('ladder'), automatic, transports, tell);
    this.#network = new NetworkPanel(find('network'), automatic);
    this.#board = new FaultBoard(above('board'), automatic, tell);
    this.#negotiation = new NegotiationTrack(find('negotiation'), transports, palette);
    this.#strip = new NumberStrip(above('numbers'));
    this.#trace = new TraceList(find('trace'));
    this.#now = find('now');
    this.#state = find('state');
    this.#received = above('received');
    this.#lost = above('lost');
    this.#missing = above('missing');
    this.#repeated = above('repeated');
    this.#changes = find('changes');
    this.#latency = find('latency');
    this.#requests = find('requests');
    this.#down = find('down');
    this.#up = find('up');
  }

  /** Draws what moves. */
  draw(now: number): void {
    const { lane, changes, transport } = this.#automatic;
    const shown = { arrivals: lane.arrivals.list, changes, wire: lane.wire.list, transport: transport ?? 'none' };
    this.#track.draw(now, shown);
    this.#negotiation.draw(now, stretchesOf(this.#automatic.notes));
  }

  /** Leaves the network as it is. */
  pause(): void {
    this.#board.pause();
  }

  /** Writes what has changed; `head` is the newest number that is known of. */
  refresh(now: number, head: Place | null): void {
    const { lane, transport, changed, notes } = this.#automatic;
    const cost = lane.spending.total;
    tint(this.#instrument, transport ?? 'none');
    this.#state.dataset['state'] = lane.state;
    write(this.#now, this.#headline());
    if (this.#fault !== null && performance.now() > this.#fault.until) this.#fault = null;
    const because = this.#fault?.text ?? this.#because();
    writeReason(this.#reason, typeof because === 'string' ? { text: because, isForeign: false } : because);
    write(this.#wait, this.#waiting(now));
    write(this.#received, fixed(lane.tally.received, 0));
    this.#alarm(this.#lost, lane.tally.lost);
    // It comes after all, out of the log: no alarm.
    write(this.#missing, fixed(missingOf(this.#automatic.numbers.behind(head), lane.state === 'open'), 0));
    this.#alarm(this.#repeated, lane.tally.repeated);
    write(this.#changes, fixed(changed, 0));
    write(this.#latency, durationWithin(lane.state === 'open' ? lane.latencies.now : null, lane.latencies.errorMs));
    write(this.#requests, cost === null ? NOTHING : fixed(cost.requests, 0));
    write(this.#down, bytes(cost?.down ?? null));
    write(this.#up, bytes(cost?.up ?? null));
    this.#negotiation.refresh(now, stretchesOf(notes));
    this.#network.refresh();
    this.#board.refresh();
    this.#strip.show(this.#automatic.numbers, head);
    write(this.#newest, head === null ? '' : breakTexts.automatic.newest(fixed(head.number, 0)));
    this.#ladder.refresh();
    this.#trace.show(notes, now);
  }

  #headline(): string {
    const { lane, transport } = this.#automatic;
    if (lane.state === 'paused') return commonTexts.states.paused;
    return transport === null ? breakTexts.automatic.nothing : breakTexts.automatic.now(textsOf(transport).name);
  }

  #because(): string | Reason {
    const { lane, transport, reason, isSevered } = this.#automatic;
    if (lane.state === 'paused') return '';
    if (isSevered) return breakTexts.automatic.severed;
    // It was refused for good.
    if (lane.state === 'closed') return breakTexts.automatic.closed;
    if (reason === null) return breakTexts.automatic.beginning;
    return transport === null ? breakTexts.automatic.nothingBecause : reason;
  }

  /** How long a dead line goes unnoticed yet. */
  #waiting(now: number): string {
    const { silence } = this.#automatic;
    if (silence === null) return '';
    const { since, promisedMs, toleranceMs } = silence;
    const passedMs = Math.max(0, now - since);
    const left = Math.max(0, promisedMs + toleranceMs - passedMs);
    return breakTexts.automatic.silent(seconds(passedMs), seconds(promisedMs), seconds(toleranceMs), seconds(left));
  }

  #alarm(element: HTMLElement, count: number): void {
    write(element, fixed(count, 0));
    element.classList.toggle('wrong', count > 0);
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
