import type { Json } from '../../../client/index.js';
import { fieldsOf } from '../words/fields.js';
import { GIFTS, type Gift, LINE_LENGTH, PERSON_LENGTH, type Person, type Talk } from '../words/uses/room.js';

/** Entries that the page keeps, the newest ones. */
const KEPT = 100;

/** What was said or given, as it is shown. */
export type Entry = {
  readonly id: string;
  /** Who said it; `null` for a gift. */
  readonly by: string | null;
  readonly name: string;
} & ({ readonly kind: 'line'; readonly text: string | null } | { readonly kind: 'gift'; readonly gift: Gift });

/** What the log of a room comes to. */
export class Conversation {
  #entries: readonly Entry[] = [];

  /** Oldest first. A line that was taken back has no text any more. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Takes what has come on the channel; what is none of ours changes nothing, as anybody may publish there. */
  take(id: string, data: Json): void {
    const talk = readTalk(data);
    switch (talk?.kind) {
      case undefined:
        return;
      case 'recall':
        this.#entries = this.#entries.map((entry) =>
          entry.kind === 'line' && entry.id === talk.of ? { ...entry, text: null } : entry,
        );
        return;
      case 'line':
        this.#add({ ...talk, id });
        return;
      case 'gift':
        this.#add({ ...talk, id, by: null });
        return;
      default:
        return talk satisfies undefined;
    }
  }

  /** Who has seen an entry: those whose last one is this or a later one. */
  seenBy(id: string, people: readonly Person[]): readonly Person[] {
    const place = this.#placeOf(id);
    return people.filter(({ seen }) => seen !== null && this.#placeOf(seen) >= place);
  }

  #add(entry: Entry): void {
    this.#entries = [...this.#entries, entry].slice(-KEPT);
  }

  #placeOf(id: string): number {
    return this.#entries.findIndex((entry) => entry.id === id);
  }
}

function readTalk(data: unknown): Talk | null {
  const { kind, by, name, text, gift, of } = fieldsOf(data);
  if (kind === 'recall') return typeof of === 'string' ? { kind, of } : null;
  if (typeof name !== 'string') return null;
  const short = name.slice(0, PERSON_LENGTH);
  if (kind === 'gift') {
    const given = GIFTS.find((one) => one === gift);
    return given === undefined ? null : { kind, name: short, gift: given };
  }
  if (kind !== 'line' || typeof by !== 'string' || typeof text !== 'string') return null;
  return { kind, by, name: short, text: text.slice(0, LINE_LENGTH) };
}

/** Who is in the room, as the server has told it; `null` for what is no such list. */
export function readPeople(data: unknown): { readonly count: number; readonly people: readonly Person[] } | null {
  const { people, count } = fieldsOf(data);
  if (!Array.isArray(people) || typeof count !== 'number') return null;
  return {
    count,
    people: people.filter(isPerson).map((person) => ({ ...person, name: person.name.slice(0, PERSON_LENGTH) })),
  };
}

function isPerson(value: unknown): value is Person {
  const { id, name, seen } = fieldsOf(value);
  return typeof id === 'string' && typeof name === 'string' && (seen === null || typeof seen === 'string');
}
