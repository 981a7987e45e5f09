import type { DownlinkRequest } from './node-log.js';

/** Who has sent something up, as far as keys and echo go. */
export interface Author {
  /** The name that the client gave itself. */
  readonly client: string | null;
  /** Who it is, where `authorize` says so. */
  readonly user: string | null;
}

/** The application itself: nobody who comes from outside shares its keys, however little he says of himself. */
export const APPLICATION: Author = { client: null, user: null };

/**
 * Tells authors apart: two users may have chosen the same name for a client, be it on purpose. The name of a client has
 * no quotation mark and no line break, and the text of a user begins with the one and has none of the other, so that
 * it is unambiguous; the application is a line break.
 */
export function scopeOf(author: Author): string {
  if (author === APPLICATION) return '\n';
  const { client, user } = author;
  const name = client ?? '';
  return user === null ? name : `${JSON.stringify(user)}\n${name}`;
}

/** A client is spared its own messages, and not those of another user's client of the same name. */
export function spared({ channels, client }: DownlinkRequest, { user }: Pick<Author, 'user'>): DownlinkRequest {
  return { channels, client: client === null ? null : scopeOf({ client, user }) };
}
