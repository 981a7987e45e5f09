import { PushError } from '../../server/index.js';
import { LISTED, type People, type Person } from '../site/words/uses/room.js';

/** What is remembered at most. */
const MOST = { rooms: 500, people: 500 };

/** Changes within so many milliseconds are told together. */
const MERGE_MS = 200;

/** What {@link Presence} is told, and whom it tells. */
export interface PresenceOptions {
  /** Who has not been heard of for so long is gone, in milliseconds. */
  readonly goneMs: number;
  /** A clock in milliseconds. */
  readonly now: () => number;
  /** Called with who is in a room, soon after that has changed. */
  readonly changed: (room: string, people: People) => void;
}

interface Room {
  readonly people: Map<string, Person & { readonly heardAt: number }>;
  telling: NodeJS.Timeout | null;
}

/** Who is in which room: those who have said so lately. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #rooms = new Map<string, Room>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#forget(), options.goneMs / 4).unref();
  }

  /** Somebody says that he is here. @throws PushError `UNAVAILABLE` when there is no more room */
  here(name: string, person: Person): void {
    const room = this.#rooms.get(name) ?? this.#open(name);
    const before = room.people.get(person.id);
    if (before === undefined && room.people.size >= MOST.people) throw full('This room is full.');
    room.people.set(person.id, { ...person, heardAt: this.#options.now() });
    if (before?.name !== person.name || before.seen !== person.seen) this.#tell(name, room);
  }

  left(name: string, id: string): void {
    const room = this.#rooms.get(name);
    if (room?.people.delete(id)) this.#tell(name, room);
  }

  /** Who is in a room, those who came first at the front. */
  of(name: string): People {
    const people = [...(this.#rooms.get(name)?.people.values() ?? [])];
    return { count: people.length, people: people.slice(0, LISTED).map(({ id, name, seen }) => ({ id, name, seen })) };
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const { telling } of this.#rooms.values()) if (telling !== null) clearTimeout(telling);
    this.#rooms.clear();
  }

  #open(name: string): Room {
    if (this.#rooms.size >= MOST.rooms) throw full('There are as many rooms as there can be. Take one that is there.');
    const room: Room = { people: new Map(), telling: null };
    this.#rooms.set(name, room);
    return room;
  }

  #tell(name: string, room: Room): void {
    room.telling ??= setTimeout(() => {
      room.telling = null;
      this.#options.changed(name, this.of(name));
      if (room.people.size === 0) this.#rooms.delete(name);
    }, MERGE_MS).unref();
  }

  #forget(): void {
    const before = this.#options.now() - this.#options.goneMs;
    for (const [name, room] of this.#rooms) {
      for (const [id, { heardAt }] of room.people) if (heardAt < before) this.left(name, id);
    }
  }
}

function full(message: string): PushError {
  return new PushError('UNAVAILABLE', message);
}
