import { commonTexts } from './texts.js';

const decimals = [0, 1, 2].map(
  (digits) => new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);

/** What stands where there is no figure yet. */
export const NOTHING = '–';

/** A number with so many digits after the point. */
export function fixed(value: number, digits: 0 | 1 | 2): string {
  return decimals[digits]?.format(value) ?? String(value);
}

/** Three figures that matter, and the unit that goes with them: `0.84 ms`, `12.4 ms`, `1.02 s`. */
export function duration(ms: number | null): string {
  if (ms === null) return NOTHING;
  if (ms < 9.995) return `${fixed(ms, 2)} ms`;
  if (ms < 99.95) return `${fixed(ms, 1)} ms`;
  if (ms < 999.5) return `${fixed(ms, 0)} ms`;
  return `${fixed(ms / 1_000, 2)} s`;
}

/**
 * A duration that may be off by so many milliseconds: `12.4 ms`, or the same `< 2.31 ms` for all that is less than that, and so may be
 * none at all: nothing that was quicker looks slower.
 */
export function durationWithin(ms: number | null, errorMs: number): string {
  return ms === null || ms > errorMs ? duration(ms) : `< ${duration(errorMs)}`;
}

/** CPU time, in microseconds: `21.4 µs`, `1.03 ms`. */
export function cpuTime(microseconds: number | null): string {
  if (microseconds === null) return NOTHING;
  if (microseconds < 99.95) return `${fixed(microseconds, 1)} µs`;
  if (microseconds < 999.5) return `${fixed(microseconds, 0)} µs`;
  return duration(microseconds / 1_000);
}

/** How long ago something was, for people: whole seconds, then minutes. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const { ages } = commonTexts;
  return seconds < 100 ? ages.seconds(seconds) : ages.minutes(Math.round(seconds / 60));
}

/** Bytes in decimal units, as networks count them. */
export function bytes(count: number | null): string {
  if (count === null) return NOTHING;
  if (count < 1_000) return `${fixed(count, 0)} B`;
  if (count < 100_000) return `${fixed(count / 1e3, 1)} kB`;
  if (count < 1e6) return `${fixed(count / 1e3, 0)} kB`;
  if (count < 1e9) return `${fixed(count / 1e6, 1)} MB`;
  return `${fixed(count / 1e9, 1)} GB`;
}

/** A share of 0 to 1 as a percentage. */
export function percent(share: number): string {
  return `${fixed(share * 100, 1)} %`;
}
