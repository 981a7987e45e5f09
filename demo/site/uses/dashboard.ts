import { Palette } from '../drawing/palette.js';
import { Plot, type PlotLine } from '../drawing/plot.js';
import { readFigures } from '../feed/machine-message.js';
import { part, write } from '../page/part.js';
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
const span = part(document, 'span', HTMLElement);
let minutes = 1;
let isAsked = false;

const panels = PANELS.map((panel) => {
  const { name, lines, value, top } = panel;
  const plot = new Plot(part(document, name, HTMLElement), palette, { lines, across: said.time, value, top });
  return { ...panel, plot, now: part(document, `${name}-now`, HTMLElement) };
});

push.subscribe(
  MACHINE_CHANNEL,
  ({ data }) => {
    const figures = readFigures(data);
    if (figures === null) return;
    record.take(figures);
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
  for (const { plot, lines, now, value } of panels) {
    plot.show(
      record.columns(
        minutes,
        lines.map(({ of }) => of),
      ),
    );
    if (last !== null) write(now, lines.map(({ label, of }) => `${label} ${value(of(last))}`).join(' · '));
  }
  write(span, said.span(String(record.length)));
}

const ranges = document.querySelectorAll<HTMLButtonElement>('[data-minutes]');
for (const button of ranges) {
  button.addEventListener('click', () => {
    minutes = Number(button.dataset['minutes']);
    for (const other of ranges) other.setAttribute('aria-pressed', String(other === button));
    ask();
  });
}
