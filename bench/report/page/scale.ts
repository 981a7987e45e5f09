/** Where a logarithmic axis has its lines: at 1, 2 and 5 of each power of ten, or at the powers alone when it is long. */
export function logSplits(from: number, to: number): number[] {
  const lowest = Math.floor(Math.log10(from));
  const highest = Math.ceil(Math.log10(to));
  const steps = highest - lowest > 3 ? [1] : [1, 2, 5];
  return Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index))
    .flatMap((power) => steps.map((step) => step * power))
    .filter((value) => value >= from && value <= to);
}

/** A value on an axis or in a legend. */
export function numberText(value: number, unit: string): string {
  if (unit === 'B' && value >= 2 ** 20) return numberText(value / 2 ** 20, 'MiB');
  if (unit === 'B' && value >= 10 * 2 ** 10) return numberText(value / 2 ** 10, 'KiB');
  const text = value.toLocaleString('en-US', { maximumFractionDigits: value < 1 ? 3 : value < 100 ? 1 : 0 });
  return unit === '' || unit.startsWith('/') ? `${text}${unit}` : `${text} ${unit}`;
}
