/** 128 bits that nobody can guess, as 32 hexadecimal digits: who knows a client's id can speak as that client. */
export function randomId(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
