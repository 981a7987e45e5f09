/** A name that nobody can guess. Not `crypto.randomUUID`: a page that came over plain HTTP from another machine lacks it. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
