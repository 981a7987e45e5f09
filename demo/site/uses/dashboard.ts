import { Palette } from '../drawing/palette.js';
import { type PlotLine, plotIn } from '../drawing/plot.js';
import { readFigures } from '../feed/machine-message.js';
import { ServerClock } from '../feed/server-clock.js';
import { part, write } from '../page/part.js';
import { gatewayPath } from '../page/place.js';
import { askServerTime } from '../page/server-time.js';
import { bytes, duration, fixed, percent } from '../texts/figures.js';
import { usesTexts } from '../texts/texts.js';
import { MACHINE_CHANNEL, type MachineFigures } from '../words/machine-figures.js';
import { MachineRecord } from './record.js';
import { openCarrier } from './shared/carrier.js';

const said = usesTexts.uses.dashboard;
const DASHED = [6, 4];

/** One plot, and what is written above it. */
interface Panel {
  readonly name: string;
  readonly lines: readonly (PlotLine & { readonly of: (figures: MachineFigures) => number })[];
  readonly value: (value: number) => string;
  readonly top: number;
}

const PANELS: readonly Panel[] = [
  {
    name: 'cpu',
    lines: [
      { label: said.machine, colour: 'hue-websocket', of: ({ cpu }) => cpu.machine },
      { label: said.process, colour: 'hue-polling', dash: DASHED, of: ({ cpu }) => cpu.process },
    ],
    value: percent,
    top: 0.2,
  },
  {
    name: 'memory',
    lines: [
      { label: said.resident, colour: 'hue-sse', of: ({ memory }) => memory.resident },
      { label: said.heap, colour: 'hue-iframe', dash: DASHED, of: ({ memory }) => memory.heap },
    ],
    value: bytes,
    top: 50e6,
  },
  {
    name: 'loop',
    lines: [
      { label: said.p50, colour: 'hue-websocket', of: ({ loop }) => loop.p50 },
      { label: said.p99, colour: 'hue-polling', dash: DASHED, of: ({ loop }) => loop.p99 },
    ],
    value: duration,
    top: 2,
  },
  {
    name: 'connections',
    lines: [
      {
        label: said.all,
        colour: 'hue-sse',
        of: ({ connections }) => Object.values(connections).reduce((sum, count) => sum + count, 0),
      },
    ],
    value: (count) => (Number.isInteger(count) ? fixed(count, 0) : ''),
    top: 4,
  },
];

const push = openCarrier('sse');
const palette = new Palette();
const record = new MachineRecord();
const clock = new ServerClock();
const span = part(document, 'span', HTMLElement);
let minutes = 1;
let isAsked = false;

const panels = PANELS.map((panel) => {
  const { name, lines, value, top } = panel;
  const plot = plotIn(part(document, name, HTMLElement), palette, { lines, across: said.time, value, top });
  return { ...panel, plot, keys: keysOf(part(document, `${name}-now`, HTMLElement), lines) };
});

/** Goes on for as long as the page is there. Where the server's clock cannot be known, figures are taken as they come. */
async function compareClocks(): Promise<void> {
  await clock.align(() => askServerTime(gatewayPath())).catch(() => {});
  setTimeout(() => void compareClocks(), clock.restMs);
}

await compareClocks();
push.subscribe(
  MACHINE_CHANNEL,
  ({ data }) => {
    const figures = readFigures(data);
    if (figures === null) return;
    record.take(figures, clock.isAligned ? clock.now() : null);
    ask();
  },
  // The past comes from the log, and then it goes on.
  { since: 'earliest' },
);

/** A thousand figures that come at once are drawn once. */
function ask(): void {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    draw();
  });
}

function draw(): void {
  const { last } = record;
  for (const { plot, lines, keys, value } of panels) {
    plot.show(
      record.columns(
        minutes,
        lines.map(({ of }) => of),
      ),
    );
    if (last === null) continue;
    for (const [index, { label, of }] of lines.entries()) {
      const key = keys[index];
      if (key !== undefined) write(key, `${label} ${value(of(last))}`);
    }
  }
  write(span, said.span(String(record.length)));
}

/** A text for each line, with a dash as the line is drawn. */
function keysOf(element: HTMLElement, lines: readonly PlotLine[]): readonly HTMLElement[] {
  const keys = lines.map(({ label, colour, dash }) => {
    const key = document.createElement('span');
    key.className = 'key';
    key.style.setProperty('--hue', `var(--${colour})`);
    key.dataset['dashed'] = String(dash !== undefined);
    key.textContent = label;
    return key;
  });
  element.replaceChildren(...keys);
  return keys;
}

const ranges = document.querySelectorAll<HTMLButtonElement>('[data-minutes]');
for (const button of ranges) {
  button.addEventListener('click', () => {
    minutes = Number(button.dataset['minutes']);
    for (const other of ranges) other.setAttribute('aria-pressed', String(other === button));
    ask();
  });
}
