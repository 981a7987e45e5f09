/** A tab that was left for longer than this gives its connections back. */
const AWAY_MS = 5_000;

/** Since when the page is seen, by `performance.now()`; `Infinity` while it is not. */
let seenSince = document.visibilityState === 'visible' ? 0 : Number.POSITIVE_INFINITY;
document.addEventListener('visibilitychange', () => {
  seenSince = document.visibilityState === 'visible' ? performance.now() : Number.POSITIVE_INFINITY;
});

/** For how long somebody has looked at the page, in milliseconds; `-Infinity` while nobody does. */
export function seenFor(): number {
  return performance.now() - seenSince;
}

/**
 * Calls `away` when nobody has looked at the page for a while, and `back` when somebody does again. A browser opens
 * only six HTTP/1.1 connections to one host, for all its tabs together, and the lanes of one page hold four of them.
 */
export function watchAttention(away: () => void, back: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === 'visible') back();
    else timer = setTimeout(away, AWAY_MS);
  };
  document.addEventListener('visibilitychange', look);
  // A page that goes into the back/forward cache is frozen: its timers would not run.
  addEventListener('pagehide', away);
  addEventListener('pageshow', look);
}
