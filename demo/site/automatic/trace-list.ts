import { tint } from '../drawing/palette.js';
import { part, stamp, write } from '../page/part.js';
import { writeReason } from '../page/reason.js';
import { age } from '../texts/figures.js';
import { breakTexts, textsOf } from '../texts/texts.js';
import type { Note } from './note.js';

/** What counts as its end, in pixels: scroll positions are fractions on some screens. */
const END = 8;

/**
 * What the client did and why, oldest first. It follows its own end like a terminal does, unless somebody has scrolled
 * away from it: nothing that is there already moves but by scrolling.
 */
export class TraceList {
  readonly #list: HTMLElement;
  readonly #lines = new Map<Note, { readonly element: HTMLElement; readonly age: HTMLElement }>();

  constructor(list: HTMLElement) {
    this.#list = list;
    // It scrolls, and not every browser lets a keyboard into what scrolls by itself.
    list.tabIndex = 0;
  }

  show(notes: readonly Note[], now: number): void {
    const added = notes.filter((note) => !this.#lines.has(note));
    const follows = added.length > 0 && this.#isAtEnd();
    for (const note of added) this.#add(note);
    for (const [note, line] of this.#lines) {
      if (notes.includes(note)) write(line.age, age(now - note.at));
      else {
        line.element.remove();
        this.#lines.delete(note);
      }
    }
    if (follows) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < END;
  }

  #add(note: Note): void {
    const { transport, event, detail, isForeign = false } = note;
    const element = stamp('note', HTMLElement);
    element.dataset['event'] = event;
    if (transport !== null) tint(element, transport);
    part(element, 'transport', HTMLElement).textContent = transport === null ? '' : textsOf(transport).name;
    part(element, 'event', HTMLElement).textContent = breakTexts.trace.events[event];
    writeReason(part(element, 'detail', HTMLElement), { text: detail, isForeign });
    this.#lines.set(note, { element, age: part(element, 'age', HTMLElement) });
    this.#list.append(element);
  }
}
