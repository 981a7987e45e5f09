/** The method that lets the server write a notification later. */
export const REMIND_METHOD = 'uses.notifications.remind';

/** The longest notification, in characters. */
export const NOTE_LENGTH = 160;

/** The latest that a reminder may come, in seconds. */
export const REMIND_SECONDS = 60;

/** The channel of an account's notifications, and of what has been read of them. */
export function notificationsChannel(account: string): string {
  return `uses.notifications.${account}`;
}

/** A notification. */
export interface Note {
  readonly kind: 'note';
  readonly text: string;
  readonly from: 'window' | 'server';
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
}

/** These have been read, in whichever window; `all` are those that came before this. */
export interface Read {
  readonly kind: 'read';
  readonly ids: readonly string[] | 'all';
}
