/**
 * Writes a value as JSON; `undefined` for what JSON has no word for, such as a function. Throws what `JSON.stringify`
 * throws, and for NaN and the infinities, in whose place that would write `null`.
 */
export function jsonText(value: unknown): string | undefined {
  const text: string | undefined = JSON.stringify(value);
  // Only behind a null can one be hidden. A replacer takes several times as long, so that it is kept for those.
  if (text?.includes('null')) JSON.stringify(value, refuseNonFinite);
  return text;
}

function refuseNonFinite(_name: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new RangeError(`JSON has no number ${value}, which is what 1e999 becomes, too; send it as a text`);
}
