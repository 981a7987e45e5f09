import type { Note } from './note.js';

/** How a stretch has ended; it may still go on. */
export type StretchEnd = 'open' | 'failed' | 'lost' | 'replaced' | 'dropped';

/** One connection of the automatic client, from its start to its end. Times are the server's. */
export interface Stretch {
  readonly transport: string;
  readonly from: number;
  /** When it was proved, from which moment it carried; `null` for one that was not. */
  readonly helloAt: number | null;
  readonly to: number | null;
  readonly end: StretchEnd;
  /** Why it has ended, in the client's words. */
  readonly detail: string;
}

/** A connection as it grows, and where in the notes it began, was proved and has ended. */
interface Growing {
  readonly transport: string;
  readonly begun: number;
  proved: number | null;
  ended: number | null;
  end: StretchEnd;
  detail: string;
}

/** Makes connections of what the client noted, oldest first. */
export function stretchesOf(notes: readonly Note[]): readonly Stretch[] {
  const timeOf = (at: number | null) => (at === null ? null : (notes[at]?.at ?? null));
  return grown(notes).map(({ transport, begun, proved, ended, end, detail }) => {
    return { transport, from: timeOf(begun) ?? 0, helloAt: timeOf(proved), to: timeOf(ended), end, detail };
  });
}

/** So many of the last notes, and with them, however long ago, those that say how what carries, or has carried by then, began. */
export function latestOf(notes: readonly Note[], most: number): readonly Note[] {
  const from = Math.max(0, notes.length - most);
  const kept = new Set<number>();
  for (const { begun, proved, ended } of grown(notes)) {
    if (proved !== null && (ended === null || ended >= from)) kept.add(begun).add(proved);
  }
  return notes.filter((_, at) => at >= from || kept.has(at));
}

function grown(notes: readonly Note[]): readonly Growing[] {
  const all: Growing[] = [];
  let carrier: Growing | null = null;
  const tried = (transport: string | null) =>
    all.findLast((one) => one.transport === transport && one.proved === null && one.ended === null);
  const end = (one: Growing | null | undefined, at: number, how: StretchEnd, detail: string) => {
    if (one != null && one.ended === null) Object.assign(one, { ended: at, end: how, detail });
  };

  for (const [at, { transport, event, detail }] of notes.entries()) {
    switch (event) {
      case 'started':
      case 'probe':
      case 'renew':
        // Without a word of the one before: a round that was broken off, as when a network has come back.
        end(tried(transport), at, 'dropped', '');
        all.push({ transport: transport ?? '', begun: at, proved: null, ended: null, end: 'open', detail: '' });
        break;
      case 'proved': {
        const proved = tried(transport);
        if (proved === undefined) break;
        end(carrier, at, 'replaced', '');
        proved.proved = at;
        carrier = proved;
        break;
      }
      case 'failed':
      case 'unsupported':
        end(tried(transport), at, 'failed', detail);
        break;
      case 'dropped':
        end(tried(transport), at, 'dropped', detail);
        break;
      case 'lost':
        end(carrier, at, 'lost', detail);
        break;
      case 'waiting':
        for (const one of all) end(one, at, one.proved === null ? 'dropped' : 'lost', detail);
        break;
      // By the page itself, which is no failure.
      case 'idle':
      case 'closed':
        for (const one of all) end(one, at, 'dropped', detail);
        break;
      case 'switched':
      case 'bye':
      case 'gap':
        break;
      default:
        return event satisfies never;
    }
  }
  return all;
}

/** Why the connections of a transport failed or were lost, each reason once, the last one first. */
export function reasonsOf(transport: string, stretches: readonly Stretch[]): readonly string[] {
  const bad = stretches.filter((one) => one.transport === transport && (one.end === 'failed' || one.end === 'lost'));
  return [...new Set(bad.map(({ detail }) => detail).reverse())];
}
