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

type Growing = { -readonly [Name in keyof Stretch]: Stretch[Name] };

/** Makes connections of what the client noted, oldest first. */
export function stretchesOf(notes: readonly Note[]): readonly Stretch[] {
  const stretches: Growing[] = [];
  let carrier: Growing | null = null;
  const tried = (transport: string | null) =>
    stretches.findLast((one) => one.transport === transport && one.helloAt === null && one.to === null);
  const end = (stretch: Growing | null | undefined, at: number, how: StretchEnd, detail: string) => {
    if (stretch != null && stretch.to === null) Object.assign(stretch, { to: at, end: how, detail });
  };

  for (const { at, transport, event, detail } of notes) {
    switch (event) {
      case 'started':
      case 'probe':
      case 'renew':
        stretches.push({ transport: transport ?? '', from: at, helloAt: null, to: null, end: 'open', detail: '' });
        break;
      case 'proved': {
        const proved = tried(transport);
        if (proved === undefined) break;
        end(carrier, at, 'replaced', '');
        proved.helloAt = at;
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
      case 'idle':
      case 'closed':
        for (const stretch of stretches) end(stretch, at, stretch.helloAt === null ? 'dropped' : 'lost', detail);
        break;
      case 'switched':
      case 'bye':
      case 'gap':
        break;
      default:
        return event satisfies never;
    }
  }
  return stretches;
}

/** What begins a connection, and what ends one that carries other than by the next one's proof. */
const BEGINNINGS: readonly Note['event'][] = ['started', 'probe', 'renew'];
const ENDS: readonly Note['event'][] = ['lost', 'waiting', 'idle', 'closed'];

/** So many of the last notes, and with them, however long ago, the two that say what carries. */
export function latestOf(notes: readonly Note[], most: number): readonly Note[] {
  const from = Math.max(0, notes.length - most);
  const proved = notes.findLastIndex(({ event }) => event === 'proved');
  const begun = notes.findLastIndex(
    ({ event, transport }, at) => at < proved && transport === notes[proved]?.transport && BEGINNINGS.includes(event),
  );
  const carries = begun >= 0 && !notes.slice(proved).some(({ event }) => ENDS.includes(event));
  return notes.filter((_, at) => at >= from || (carries && (at === begun || at === proved)));
}

/** Why the connections of a transport failed or were lost, each reason once, the last one first. */
export function reasonsOf(transport: string, stretches: readonly Stretch[]): readonly string[] {
  const bad = stretches.filter((one) => one.transport === transport && (one.end === 'failed' || one.end === 'lost'));
  return [...new Set(bad.map(({ detail }) => detail).reverse())];
}
