import { Sparkline } from '../drawing/sparkline.js';
import { part, write } from '../page/part.js';
import { bytes, duration, percent } from '../texts/figures.js';
import { raceTexts, textsOf } from '../texts/texts.js';
import type { MachineFigures } from '../words/machine-figures.js';

const POINTS = 60;

/** The machine's figures, as they come through the automatic client. */
export class MachineStrip {
  readonly #tiles: readonly Tile[];
  readonly #connections: HTMLElement;
  readonly #byTransport: HTMLElement;
  readonly #transports: readonly string[];
  #shown: MachineFigures | null = null;

  constructor(root: HTMLElement, transports: readonly string[]) {
    const { ofCores, ofCore, memory, loop } = raceTexts.machine;
    this.#tiles = [
      new Tile(root, 'machine', 1, ({ cpu }) => [cpu.machine, percent(cpu.machine), ofCores]),
      new Tile(root, 'process', 0.2, ({ cpu }) => [cpu.process, percent(cpu.process), ofCore]),
      new Tile(root, 'memory', 100e6, ({ memory: { resident, heap, used, total } }) => [
        resident,
        bytes(resident),
        memory(bytes(heap), bytes(used), bytes(total)),
      ]),
      new Tile(root, 'loop', 5, ({ loop: { p50, p99 } }) => [p99, duration(p50), loop(duration(p99))]),
    ];
    this.#connections = part(root, 'connections', HTMLElement);
    this.#byTransport = part(root, 'connections-by', HTMLElement);
    this.#transports = transports;
  }

  show(figures: MachineFigures | null): void {
    if (figures === null || figures === this.#shown) return;
    this.#shown = figures;
    for (const tile of this.#tiles) tile.show(figures);
    const open = Object.entries(figures.connections).filter(([, count]) => count > 0);
    const inOrder = open.sort(([a], [b]) => this.#transports.indexOf(a) - this.#transports.indexOf(b));
    write(this.#connections, String(open.reduce((sum, [, count]) => sum + count, 0)));
    const list = inOrder.map(([transport, count]) => `${textsOf(transport).name} ${count}`).join(', ');
    write(this.#byTransport, list || raceTexts.machine.none);
  }
}

/** What a tile shows: a value for its line, a figure and a note. */
type Reading = readonly [value: number, figure: string, note: string];

class Tile {
  readonly #figure: HTMLElement;
  readonly #note: HTMLElement;
  readonly #line: Sparkline;
  readonly #top: number;
  readonly #read: (figures: MachineFigures) => Reading;
  readonly #values: number[] = [];

  /** The line's scale reaches at least up to `top`. */
  constructor(root: HTMLElement, name: string, top: number, read: (figures: MachineFigures) => Reading) {
    this.#figure = part(root, name, HTMLElement);
    this.#note = part(root, `${name}-note`, HTMLElement);
    this.#line = new Sparkline(part(root, `${name}-line`, HTMLCanvasElement), POINTS);
    this.#top = top;
    this.#read = read;
  }

  show(figures: MachineFigures): void {
    const [value, figure, note] = this.#read(figures);
    if (this.#values.length === POINTS) this.#values.shift();
    this.#values.push(value);
    write(this.#figure, figure);
    write(this.#note, note);
    this.#line.draw(this.#values, this.#top);
  }
}
