import type { ReasonTexts } from '../reason-texts.js';

/** Reasons are in English as they come. */
export const dictionary = { reasons: null as ReasonTexts | null };
