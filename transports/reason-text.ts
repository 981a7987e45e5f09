/** What there may be to read in what was thrown. Not known by its class: an error of another realm has another one. */
interface Thrown {
  readonly message?: string;
  readonly cause?: { readonly message?: string; readonly code?: string } | null;
}

/**
 * What an error says, and what caused it where that adds something: `fetch failed (connect ECONNREFUSED 127.0.0.1:1)`.
 * Takes anything that can be thrown. A cause can tell how things are inside, which is not for strangers.
 */
export function reasonText(error: unknown): string {
  const { message = String(error), cause }: Thrown = Object(error);
  // Node's error of a host with several addresses, none of which answers, has a code and no message.
  const why = cause?.message || cause?.code;
  // Many errors repeat their cause in their own words.
  return !why || message.includes(why) ? message : `${message} (${why})`;
}
