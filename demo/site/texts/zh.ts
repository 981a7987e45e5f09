import type { Texts } from './en.js';
import { dictionary as benchmark, pages as benchmarkPages } from './zh/benchmark.js';
import { dictionary as breakIt } from './zh/break.js';
import { dictionary as common } from './zh/common.js';
import { dictionary as race, pages as racePages } from './zh/race.js';
import { dictionary as tryIt } from './zh/try.js';
import { dictionary as uses, pages as usesPages } from './zh/uses.js';

/** Everything that a visitor reads, in Simplified Chinese. */
export const dictionary: Texts = {
  ...common,
  ...race,
  ...breakIt,
  ...tryIt,
  ...uses,
  ...benchmark,
  pages: { ...racePages, ...usesPages, ...benchmarkPages },
};
