/**
 * Whether a name fits one of some patterns. In a pattern `*` stands for any text, the empty one included, and may stand
 * anywhere and several times; everything else stands for itself.
 */
export function fitsAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => fits(name, pattern));
}

// By hand and not as a regular expression: patterns come from tokens, and backtracking is quadratic at most here.
function fits(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length >= at + last.length && name.endsWith(last);
}
