import { createHash, randomBytes } from 'node:crypto';

/** A name that nobody can guess. */
export function newSecret(): string {
  return randomBytes(15).toString('base64url');
}

/** A name that is the same for the same secret, and does not give it away. */
export function publicName(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url').slice(0, 12);
}
