import type { Entry } from './bus/bus.js';
import type { Encoder } from './encoder.js';

/** A live downlink, as its audience sees it. */
export interface Member {
  /** Entries up to this offset have reached it already. */
  readonly skipUpTo: number;
  readonly client: string | null;
  /**
   * Takes what its own audience's format makes, at a time that is looked up once for all members. MUST NOT throw, whatever
   * happens to it or in the making.
   */
  deliver(make: () => unknown, messages: number, now: number): void;
}

/**
 * The live downlinks that are to receive the same bytes: the same channels, in the same format. What is published
 * within one turn of the event loop becomes one packet for all of them.
 */
export class Audience {
  readonly members = new Set<Member>();
  #pending: Entry[] = [];

  constructor(
    readonly key: string,
    readonly channels: readonly string[],
    private readonly encoder: Encoder,
  ) {}

  push(entry: Entry): void {
    this.#pending.push(entry);
  }

  /** Forgets what has gathered, when nobody is left to whom it could go. */
  clear(): void {
    this.#pending = [];
  }

  /** Hands what has gathered to every member. */
  flush(): void {
    const entries = this.#pending;
    const first = entries[0];
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return;
    this.#pending = [];

    const excepted = new Set<string>();
    for (const entry of entries) if (entry.except !== undefined) excepted.add(entry.except);
    let shared: unknown;
    const share = () => {
      shared ??= this.#packet(entries, last);
      return shared;
    };
    const now = performance.now();
    for (const member of this.members) {
      const apart = member.skipUpTo >= first.offset || (member.client !== null && excepted.has(member.client));
      const own = apart ? entries.filter((entry) => isFor(member, entry)) : entries;
      if (own.length === 0) continue;
      member.deliver(apart ? () => this.#packet(own, last) : share, own.length, now);
    }
  }

  #packet(entries: readonly Entry[], last: Entry): unknown {
    const messages = entries.map((entry) => this.encoder.text(entry));
    return this.encoder.format.packet({ controls: [], messages, cursor: last.id });
  }
}

/** Whether an entry is still to be sent to a member, and was not published by its own client without echo. */
export function isFor(member: Pick<Member, 'skipUpTo' | 'client'>, entry: Entry): boolean {
  return entry.offset > member.skipUpTo && (entry.except === undefined || entry.except !== member.client);
}
