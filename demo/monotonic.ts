/** Milliseconds of a clock that is never set, for what is to last so long and no longer. */
export function monotonicMs(): number {
  return performance.now();
}
