import type { LabResult } from './result.js';

/*
 * IMPORT POINT: what is made of a result. Once they are there, this file is
 *
 *   export { compare } from './compare.js';
 *   export { reportHtml } from './report/report.js';
 */

/** The report, as a page that needs nothing else. */
export function reportHtml(_result: LabResult): Promise<string> {
  return Promise.reject(new Error('The report is not part of this version yet; use --json.'));
}

/** What has changed since an older result, as text. */
export function compare(_old: LabResult, _now: LabResult): string {
  throw new Error('Comparing is not part of this version yet; use --json.');
}
