/** How long to wait between tries: full jitter, so that clients cut off together do not come back together. */
export interface BackoffRules {
  /** The longest first delay, in milliseconds. */
  readonly baseMs: number;
  /** The longest delay of all, in milliseconds. */
  readonly capMs: number;
}

const MOST_DOUBLINGS = 30;

/**
 * A delay in milliseconds before the try after `failures` ones that failed: uniform between nothing and
 * `min(cap, base * 2^failures)`. Full jitter empties a burst soonest at equal load; see "Exponential Backoff And
 * Jitter", AWS Architecture Blog, 2015.
 */
export function backoff(failures: number, rules: BackoffRules, random: number): number {
  // Past 2^1023 the power is infinite, and zero times that is not a number.
  return random * Math.min(rules.capMs, rules.baseMs * 2 ** Math.min(failures, MOST_DOUBLINGS));
}
