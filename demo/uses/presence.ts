import { PushError } from '../../server/index.js';
import { LISTED, type People, type Person } from '../site/words/uses/room.js';

/** What is remembered at most: rooms, people of a room, and people who come from one address, wherever they are. */
const MOST = { rooms: 500, people: 500, address: 50 };

/** Changes within so many milliseconds are told together. */
const MERGE_MS = 200;

/** What {@link Presence} is told, and whom it tells. */
export interface PresenceOptions {
  /** How often it is looked who has gone, in milliseconds. */
  readonly sweepMs: number;
  /** A clock in milliseconds. */
  readonly now: () => number;
  /** Called with who is in a room, soon after that has changed. */
  readonly changed: (room: string, people: People) => void;
}

interface Present extends Person {
  /** When he has gone, unless he is heard of before. */
  readonly goneAt: number;
  readonly address: string;
}

interface Room {
  readonly people: Map<string, Present>;
  telling: NodeJS.Timeout | null;
}

/** Who is in which room: those who have said so lately. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #rooms = new Map<string, Room>();
  /** How many people each address has. */
  readonly #addresses = new Map<string, number>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#forget(), options.sweepMs).unref();
  }

  /** Somebody at an address says that he is here, which holds for so many milliseconds. @throws PushError `UNAVAILABLE` when there is no more room */
  here(name: string, person: Person, address: string, holdsMs: number): void {
    const before = this.#rooms.get(name)?.people.get(person.id);
    if (before?.address !== address && (this.#addresses.get(address) ?? 0) >= MOST.address) {
      throw full('Enough people are here from your address. One may come when another one has gone.');
    }
    const room = this.#rooms.get(name) ?? this.#open(name);
    if (before === undefined && room.people.size >= MOST.people) throw full('This room is full.');
    if (before !== undefined) this.#count(before.address, -1);
    this.#count(address, 1);
    // What was seen stays seen: a page that is hidden, or has only just been loaded, has nothing to say about that.
    const seen = person.seen ?? before?.seen ?? null;
    room.people.set(person.id, { ...person, seen, address, goneAt: this.#options.now() + holdsMs });
    if (before?.name !== person.name || before.seen !== seen) this.#tell(name, room);
  }

  left(name: string, id: string): void {
    const room = this.#rooms.get(name);
    const person = room?.people.get(id);
    if (room === undefined || person === undefined) return;
    room.people.delete(id);
    this.#count(person.address, -1);
    this.#tell(name, room);
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
    this.#addresses.clear();
  }

  #open(name: string): Room {
    if (this.#rooms.size >= MOST.rooms) throw full('There are as many rooms as there can be. Take one that is there.');
    const room: Room = { people: new Map(), telling: null };
    this.#rooms.set(name, room);
    return room;
  }

  #count(address: string, change: 1 | -1): void {
    const count = (this.#addresses.get(address) ?? 0) + change;
    if (count > 0) this.#addresses.set(address, count);
    else this.#addresses.delete(address);
  }

  #tell(name: string, room: Room): void {
    room.telling ??= setTimeout(() => {
      room.telling = null;
      this.#options.changed(name, this.of(name));
      if (room.people.size === 0) this.#rooms.delete(name);
    }, MERGE_MS).unref();
  }

  #forget(): void {
    const now = this.#options.now();
    for (const [name, room] of this.#rooms) {
      for (const [id, { goneAt }] of room.people) if (goneAt < now) this.left(name, id);
    }
  }
}

function full(message: string): PushError {
  return new PushError('UNAVAILABLE', message);
}
