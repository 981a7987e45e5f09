import { write } from '../page/part.js';
import { duration, durationWithin, percent } from '../texts/figures.js';
import { raceTexts } from '../texts/texts.js';
import type { Lane, LaneLine } from './lane.js';

/**
 * The last messages of a lane: the feed's latest, and below it the latest two of the chat, which would otherwise be
 * gone within seconds. The rows are made once and only their texts change, so that nothing around them moves.
 */
export class LaneLines {
  readonly #rows: readonly Row[];

  constructor(list: HTMLElement) {
    this.#rows = Array.from({ length: 3 }, () => new Row(list));
  }

  show({ latest, latencies, lines }: Lane): void {
    const [feed, ...chat] = this.#rows;
    const { machine, race } = raceTexts.lanes.from;
    if (latest !== null && 'cpu' in latest) {
      feed?.show(
        machine,
        `#${latest.number} cpu ${percent(latest.cpu.machine)}`,
        durationWithin(latencies.last, latencies.errorMs),
      );
    } else if (latest !== null)
      feed?.show(race, `#${latest.number}`, durationWithin(latencies.last, latencies.errorMs));
    else feed?.show(null, raceTexts.lanes.noStep, '');
    chat.forEach((row, index) => {
      const line = lines[index];
      const { noChat, noName, noText } = raceTexts.lanes;
      if (line !== undefined) row.show(line.from ?? noName, line.text ?? noText, behind(line));
      else row.show(null, index === 0 ? noChat : '', '');
    });
  }
}

function behind({ behindMs }: LaneLine): string {
  return behindMs === 0 ? raceTexts.lanes.first : raceTexts.lanes.behind(duration(behindMs));
}

class Row {
  readonly #element = document.createElement('li');
  readonly #from = field('from');
  readonly #text = field('text');
  readonly #time = field('time');

  constructor(list: HTMLElement) {
    this.#element.append(this.#from, this.#text, this.#time);
    list.append(this.#element);
  }

  /** `from` is `null` for a row without a message. */
  show(from: string | null, text: string, time: string): void {
    this.#element.classList.toggle('empty', from === null);
    write(this.#from, from ?? '');
    write(this.#text, text);
    write(this.#time, time);
    this.#element.title = text;
  }
}

function field(name: string): HTMLElement {
  const element = document.createElement('span');
  element.className = name;
  return element;
}
