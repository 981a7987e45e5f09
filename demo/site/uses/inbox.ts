import type { Json } from '../../../client/index.js';
import { fieldsOf } from '../words/fields.js';
import { NOTE_LENGTH, type Note, type Read } from '../words/uses/notifications.js';

/** Notifications that the page keeps, the newest ones. */
const KEPT = 50;

/** The last time that a `Date` can tell (ECMA-262, "Time Values and Time Range"). */
const LAST_MS = 8.64e15;

/** A notification as it is shown. */
export interface Shown extends Note {
  readonly id: string;
  readonly isRead: boolean;
}

/** What the log of an account comes to: its notifications, and which of them some window has marked as read. */
export class Inbox {
  #notes: readonly Shown[] = [];

  /** Newest first. */
  get notes(): readonly Shown[] {
    return [...this.#notes].reverse();
  }

  get unread(): number {
    return this.#notes.filter(({ isRead }) => !isRead).length;
  }

  /** Takes what has come on the channel; what is none of ours changes nothing, as anybody may publish there. */
  take(id: string, data: Json): void {
    const message = readMessage(data);
    if (message === null) return;
    if (message.kind === 'note') {
      this.#notes = [...this.#notes, { ...message, id, isRead: false }].slice(-KEPT);
      return;
    }
    const { ids } = message;
    this.#notes = this.#notes.map((note) =>
      ids === 'all' || ids.includes(note.id) ? { ...note, isRead: true } : note,
    );
  }
}

function readMessage(data: unknown): Note | Read | null {
  const { kind, text, from, at, ids } = fieldsOf(data);
  if (kind === 'read') {
    if (ids === 'all') return { kind, ids };
    return Array.isArray(ids) ? { kind, ids: ids.filter((id) => typeof id === 'string') } : null;
  }
  if (kind !== 'note' || typeof text !== 'string' || typeof at !== 'number' || Math.abs(at) > LAST_MS) return null;
  return { kind, text: text.slice(0, NOTE_LENGTH), from: from === 'server' ? 'server' : 'window', at };
}
