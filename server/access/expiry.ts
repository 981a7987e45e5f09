/** The longest that a timer of Node can wait; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** What there is to cancel of a time that never comes; one for all, as most connections have it. */
const nothing = () => undefined;

/** Calls back at a time, in milliseconds since 1970, however far away that is; returns how to cancel. */
export function atTime(time: number, callback: () => void): () => void {
  if (time === Number.POSITIVE_INFINITY) return nothing;
  let timer: NodeJS.Timeout;
  const arm = () => {
    const ms = time - Date.now();
    timer = ms > LONGEST_MS ? setTimeout(arm, LONGEST_MS) : setTimeout(callback, Math.max(0, ms));
    timer.unref();
  };
  arm();
  return () => clearTimeout(timer);
}
