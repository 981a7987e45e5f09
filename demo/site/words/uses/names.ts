/** A name that visitors give: of a room, a board or an account. Two windows with the same one meet. */
const NAME = /^[\p{L}\p{N}_-]{1,40}$/u;

/** Whether a text can be such a name; it is then good as a part of a channel's name, too. */
export function isPlaceName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text);
}
