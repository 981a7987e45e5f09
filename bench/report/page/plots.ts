import './language.js';
import uPlot from 'uplot';
import { legendOf } from './legend.js';
import type { Plot } from './plot.js';
import { logSplits, numberText } from './scale.js';

/*
 * The script of the report: draws each plot whose data stands in the page. Without it the page says the same in its tables.
 */

const HEIGHT = 300;

for (const place of document.querySelectorAll<HTMLElement>('[data-plot]')) {
  const data = place.querySelector('script')?.textContent;
  if (data) draw(place, JSON.parse(data) as Plot);
}

function draw(place: HTMLElement, plot: Plot): void {
  const surface = document.createElement('div');
  surface.className = 'surface';
  surface.tabIndex = 0;
  surface.setAttribute('role', 'img');
  surface.setAttribute('aria-label', `${plot.label} The numbers are in the table below.`);
  place.append(surface);
  const legend = legendOf(plot, (index, shown) => chart.setSeries(index + 1, { show: shown }));
  const chart = new uPlot(
    {
      ...optionsOf(plot, surface.clientWidth),
      hooks: { setCursor: [({ cursor }) => legend.point(cursor.idx ?? null)] },
    },
    [[...plot.x.at], ...plot.lines.map((line) => [...line.values])],
    surface,
  );
  place.append(legend.element);

  new ResizeObserver(() => {
    if (surface.clientWidth !== chart.width) chart.setSize({ width: surface.clientWidth, height: HEIGHT });
  }).observe(surface);
  // Colours are read from the style sheet whenever the plot is drawn.
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart.redraw());
  surface.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const last = plot.x.at.length - 1;
    const from = chart.cursor.idx ?? (step > 0 ? -1 : last + 1);
    const next = plot.x.at[Math.min(last, Math.max(0, from + step))];
    if (next !== undefined) chart.setCursor({ left: chart.valToPos(next, 'x'), top: chart.over.clientHeight / 2 });
  });
}

function optionsOf({ x, y, lines }: Plot, width: number): uPlot.Options {
  const first = x.at[0] ?? 0;
  const last = x.at.at(-1) ?? 1;
  const margin = (last - first) * 0.04 || 1;
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const top = Math.max(...values, 0);
  const bottom = Math.min(...values.filter((value) => value > 0));
  const axis: uPlot.Axis = {
    stroke: () => colour('--soft'),
    grid: { stroke: () => colour('--grid-strong'), width: 1 },
    ticks: { show: false },
    font: `12px ${colour('--sans')}`,
  };
  return {
    width,
    height: HEIGHT,
    padding: [14, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false } },
    scales: {
      x: {
        time: false,
        distr: x.scale === 'log' ? 3 : 1,
        range: () => (x.scale === 'log' ? [first / 1.25, last * 1.25] : [first - margin, last + margin]),
      },
      y: {
        distr: y.scale === 'log' ? 3 : 1,
        range: () => (y.scale === 'log' ? [bottom / 1.4, top * 1.4] : [0, top * 1.08 || 1]),
      },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        splits: () => [...x.at],
        filter: (_, all) => all,
        values: () => [...x.ticks],
        size: 30,
      },
      {
        ...axis,
        size: 64,
        ...(y.scale === 'log' ? { splits: (_, __, from, to) => logSplits(from, to), filter: (_, all) => all } : {}),
        values: (_, splits) => splits.map((value) => numberText(value, y.unit)),
      },
    ],
    series: [
      {},
      ...lines.map(
        (line): uPlot.Series => ({
          stroke: () => colour(line.hue),
          width: line.width,
          dash: [...line.dash],
          spanGaps: true,
          points: {
            show: true,
            size: 7,
            width: line.width,
            stroke: () => colour(line.hue),
            fill: () => colour('--panel'),
          },
        }),
      ),
    ],
  };
}

function colour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}
