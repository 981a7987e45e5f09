/** A name that nobody can guess. Not `crypto.randomUUID`, which a page has not that came over plain HTTP from another machine. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
