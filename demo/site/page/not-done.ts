import { commonTexts } from '../texts/texts.js';
import { Refusal } from './report.js';

/** Why the demo's server has not done what it was told to do, for the visitor. */
export function whyNotDone(error: unknown): string {
  const { away, refused, tooMuch } = commonTexts.notDone;
  if (!(error instanceof Refusal) || error.status >= 500) return away;
  return error.status === 429 ? tooMuch(Math.ceil((error.retryMs ?? 1_000) / 1_000)) : refused;
}
