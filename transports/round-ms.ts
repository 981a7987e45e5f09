/** How often to look for what may last so long, so that it is noticed at most a quarter later; all in milliseconds. */
export function roundMs(patienceMs: number): number {
  return Math.max(10, Math.min(1_000, patienceMs / 4));
}
