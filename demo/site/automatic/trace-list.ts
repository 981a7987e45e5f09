import { tint } from '../drawing/palette.js';
import { part, stamp, write } from '../page/part.js';
import { age } from '../texts/figures.js';
import { texts, textsOf } from '../texts/texts.js';
import type { Note } from './automatic.js';

/** What the client did and why, newest first. */
export class TraceList {
  readonly #list: HTMLElement;
  readonly #lines = new Map<Note, { readonly element: HTMLElement; readonly age: HTMLElement }>();

  constructor(list: HTMLElement) {
    this.#list = list;
    // It scrolls, and not every browser lets a keyboard into what scrolls by itself.
    list.tabIndex = 0;
  }

  show(notes: readonly Note[], now: number): void {
    for (const note of notes) if (!this.#lines.has(note)) this.#add(note);
    for (const [note, line] of this.#lines) {
      if (notes.includes(note)) write(line.age, age(now - note.at));
      else {
        line.element.remove();
        this.#lines.delete(note);
      }
    }
  }

  #add(note: Note): void {
    const { transport, event, detail } = note.entry;
    const element = stamp('note', HTMLElement);
    element.dataset['event'] = event;
    if (transport !== null) tint(element, transport);
    part(element, 'transport', HTMLElement).textContent = transport === null ? '' : textsOf(transport).name;
    part(element, 'event', HTMLElement).textContent = texts.trace.events[event];
    part(element, 'detail', HTMLElement).textContent = detail;
    this.#lines.set(note, { element, age: part(element, 'age', HTMLElement) });
    this.#list.prepend(element);
  }
}
