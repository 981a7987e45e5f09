import { catalog } from '../../transports/catalog.js';
import { arrivals, inTurns, type Summary, summaryOf } from './benchmark/summary.js';
import { type Measured, measure } from './benchmark/trial.js';
import { Palette, tint } from './drawing/palette.js';
import { plotIn } from './drawing/plot.js';
import { ClockBounds } from './feed/clock-bounds.js';
import { simpleFirst } from './lane/simple-first.js';
import { linkFrame } from './page/frame.js';
import { part, stamp, write } from './page/part.js';
import { gatewayPath } from './page/place.js';
import { failureOf, writeReason } from './page/reason.js';
import { bytes, duration, fixed, NOTHING, percent } from './texts/figures.js';
import { benchmarkTexts, textsOf } from './texts/texts.js';

const said = benchmarkTexts.benchmark;
const ROUNDS = 3;
const ROUND_TRIPS = 10;
const MESSAGES = 20;
const POLL_MS = 500;

const path = gatewayPath();
const transports = simpleFirst(catalog);
const form = part(document, 'settings', HTMLFormElement);
const rate = part(form, 'rate', HTMLSelectElement);
const size = part(form, 'size', HTMLSelectElement);
const begin = part(form, 'begin', HTMLButtonElement);
const cancel = part(form, 'cancel', HTMLButtonElement);
const bar = part(document, 'progress', HTMLProgressElement);
const standing = part(document, 'standing', HTMLElement);
const table = part(document, 'rows', HTMLElement);
const palette = new Palette();
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 4]];
const plot = plotIn(part(document, 'plot', HTMLElement), palette, {
  lines: transports.map((transport, index) => ({
    label: textsOf(transport).name,
    colour: `hue-${transport}`,
    dash: dashes[index % dashes.length] ?? [],
  })),
  across: said.latency,
  value: percent,
  place: duration,
  top: 1,
  isLogarithmic: true,
});
let running: AbortController | null = null;
/** Whether the page was out of sight during a run: browsers slow down the timers of such a page, by which those who poll ask. */
let wasHidden = false;

linkFrame(path);
// What scrolls can be scrolled by keys.
for (const scroller of document.querySelectorAll<HTMLElement>('.scroll')) scroller.tabIndex = 0;
part(document, 'browser', HTMLElement).textContent = said.browser(
  navigator.userAgent,
  String(navigator.hardwareConcurrency),
);
show(transports.map((transport) => summaryOf(transport, [], 0)));
document.documentElement.dataset['ready'] = '';

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (running === null) void run();
});
document.addEventListener('visibilitychange', () => {
  wasHidden ||= document.visibilityState === 'hidden';
});
cancel.addEventListener('click', () => running?.abort());

async function run(): Promise<void> {
  const abort = new AbortController();
  running = abort;
  wasHidden = document.visibilityState === 'hidden';
  setRunning(true);
  const burst = { messages: MESSAGES, perSecond: Number(rate.value), bytes: Number(size.value) };
  const turns = inTurns(transports, ROUNDS);
  bar.max = turns.length * (1 + ROUND_TRIPS + MESSAGES);
  bar.value = 0;
  const moved = (): void => {
    bar.value += 1;
  };
  const measured = new Map<string, Measured[]>(transports.map((transport) => [transport, []]));
  const failed = new Map<string, string>();
  const clock = new ClockBounds();
  try {
    const settings = { path, clock, pollMs: POLL_MS, roundTrips: ROUND_TRIPS, burst, signal: abort.signal, moved };
    for (const [turn, transport] of turns.entries()) {
      const round = String(Math.floor(turn / transports.length) + 1);
      write(standing, said.measuring(textsOf(transport).name, round, String(ROUNDS)));
      // What is missing after a transport that does not get through is made up for in the bar only.
      try {
        measured.get(transport)?.push(await measure(transport, settings));
      } catch (error) {
        abort.signal.throwIfAborted();
        failed.set(transport, failureOf(error).text);
      }
      bar.value = (turn + 1) * (1 + ROUND_TRIPS + MESSAGES);
      show(transports.map((name) => summaryOf(name, measured.get(name) ?? [], clock.aheadMs)));
    }
    const failures = [...failed]
      .map(([name, reason]) => `${textsOf(name).name}: ${reason.replace(/[.。]+$/, '')}`)
      .join('; ');
    const outcome = failures === '' ? said.done : said.doneWithout(failures);
    // Where nothing has come, the clocks were not compared.
    const clocks = Number.isFinite(clock.errorMs) ? [said.clocks(duration(clock.errorMs))] : [];
    write(standing, [outcome, ...(wasHidden ? [said.hidden] : []), ...clocks].join(' '));
  } catch (error) {
    if (abort.signal.aborted) write(standing, said.stopped(said.cancelled));
    else writeReason(standing, failureOf(error), said.stopped);
  }
  running = null;
  setRunning(false);
}

function setRunning(isRunning: boolean): void {
  const hadFocus = form.contains(document.activeElement);
  begin.disabled = isRunning;
  cancel.disabled = !isRunning;
  rate.disabled = isRunning;
  size.disabled = isRunning;
  // The button that was pressed cannot be pressed now; whoever uses the keyboard goes on at the other one.
  if (hadFocus) (isRunning ? cancel : begin).focus();
}

function show(summaries: readonly Summary[]): void {
  table.replaceChildren(...summaries.map(row));
  plot.show(arrivals(summaries));
}

function row({ transport, ...summary }: Summary): HTMLElement {
  const element = stamp('row', HTMLElement);
  tint(element, transport);
  const isMeasured = summary.received > 0;
  const cells = {
    name: textsOf(transport).name,
    connect: duration(summary.connectMs),
    'round-trip': duration(summary.roundTripMs),
    p50: duration(summary.p50Ms),
    slowest: duration(summary.slowestMs),
    bytes: bytes(summary.bytesPerMessage),
    requests: summary.requestsPerMessage === null ? NOTHING : fixed(summary.requestsPerMessage, 2),
    received: isMeasured ? String(summary.received) : NOTHING,
    lost: isMeasured ? String(summary.lost) : NOTHING,
  };
  for (const [name, text] of Object.entries(cells)) part(element, name, HTMLElement).textContent = text;
  return element;
}
