/** Milliseconds since 1970 with fractions, which `Date.now` has not. */
export function wallClock(): number {
  return Number((performance.timeOrigin + performance.now()).toFixed(3));
}
