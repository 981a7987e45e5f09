import type { Texts } from './en.js';
import { dictionary as breakIt, pages as breakPages } from './zh/break.js';
import { dictionary as common } from './zh/common.js';
import { dictionary as race, pages as racePages } from './zh/race.js';
import { dictionary as tryIt } from './zh/try.js';

/** Everything that a visitor reads, in Simplified Chinese. */
export const dictionary: Texts = { ...common, ...race, ...breakIt, ...tryIt, pages: { ...racePages, ...breakPages } };
