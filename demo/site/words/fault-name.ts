/** The ways in which the demo's network can block a transport, the bluntest first. */
export const FAULT_NAMES = ['reset', 'refused', 'black-hole', 'silent', 'stripped', 'whole', 'slow'] as const;

export type FaultName = (typeof FAULT_NAMES)[number];

/** What can be done to everything that a lane has open: both ends are told of a cut, and neither of a severed line. */
export type CutName = 'cut' | 'sever';

export function isFaultName(text: unknown): text is FaultName {
  return FAULT_NAMES.some((name) => name === text);
}
