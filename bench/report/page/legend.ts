import type { Plot, PlotLine } from './plot.js';
import { numberText } from './scale.js';

const SVG = 'http://www.w3.org/2000/svg';

/** The names beside a plot: buttons that show and hide their line, with its value where the pointer is. */
export interface Legend {
  readonly element: HTMLElement;
  /** Shows the values at one point of the x axis; those of the last one when there is none. */
  point(index: number | null): void;
}

/** Makes the legend of a plot. `show` is called when a line is to appear or disappear. */
export function legendOf({ x, y, lines }: Plot, show: (index: number, shown: boolean) => void): Legend {
  const element = document.createElement('div');
  element.className = 'legend';
  const where = document.createElement('p');
  const entries = lines.map((line, index) => {
    const button = document.createElement('button');
    const value = document.createElement('span');
    value.className = 'value';
    button.type = 'button';
    button.setAttribute('aria-pressed', 'true');
    button.append(sample(line), line.name, value);
    button.addEventListener('click', () => {
      const shown = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(shown));
      show(index, shown);
    });
    return { button, value, line };
  });
  element.append(where, ...entries.map(({ button }) => button));
  const point = (index: number | null) => {
    const at = index ?? x.at.length - 1;
    where.textContent = x.texts[at] ?? '';
    for (const { value, line } of entries) {
      const figure = line.values[at] ?? null;
      value.textContent = figure === null ? '–' : numberText(figure, y.unit);
    }
  };
  point(null);
  return { element, point };
}

function sample({ hue, dash, width }: PlotLine): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'line');
  for (const [name, value] of Object.entries({ width: 22, height: 8, 'aria-hidden': true }))
    svg.setAttribute(name, String(value));
  for (const [name, value] of Object.entries({ x1: 0, x2: 22, y1: 4, y2: 4, 'stroke-width': width }))
    line.setAttribute(name, String(value));
  line.setAttribute('stroke-dasharray', dash.join(' '));
  line.style.stroke = `var(${hue})`;
  svg.append(line);
  return svg;
}
