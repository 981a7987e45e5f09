import type { Audience } from './audience.js';

/**
 * Where a downlink stands. Only a live one gets anything without asking the log, and nothing leads back from an end: README.md
 * has what leads from one to the other.
 */
export type DownlinkState =
  | { readonly at: 'reading' }
  | { readonly at: 'live'; readonly audience: Audience }
  /** Since when, and what the reader had taken by then. */
  | { readonly at: 'full'; readonly since: number; readonly taken: number | undefined }
  /** Nothing is written any more, but the connection may still be there. */
  | { readonly at: 'ended' }
  | { readonly at: 'gone' };

/** Those that say no more than where it stands are the same for all. */
export const READING: DownlinkState = { at: 'reading' };
export const ENDED: DownlinkState = { at: 'ended' };
export const GONE: DownlinkState = { at: 'gone' };

/** Whether nothing is written any more. */
export function isOver({ at }: DownlinkState): boolean {
  return at === 'ended' || at === 'gone';
}
