const DRAW_MS = 1_000 / 30;
const REFRESH_MS = 250;
const STILL_MS = 1_000;

/** What a rhythm calls. */
export interface Beats {
  /** As often as movement needs. */
  draw(): void;
  /** As often as figures can be read. */
  refresh(): void;
}

/**
 * Draws and refreshes while the page can be seen: browsers call no animation frames otherwise. Who prefers reduced
 * motion gets tracks that stand still and are brought up to date once a second.
 */
export function keepRhythm({ draw, refresh }: Beats): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let drawnAt = Number.NEGATIVE_INFINITY;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  const beat = (now: number): void => {
    if (now - drawnAt >= (still.matches ? STILL_MS : DRAW_MS) - 1) {
      drawnAt = now;
      draw();
    }
    if (now - refreshedAt >= REFRESH_MS) {
      refreshedAt = now;
      refresh();
    }
    requestAnimationFrame(beat);
  };
  requestAnimationFrame(beat);
}
