import type { Texts } from './en.js';
import { dictionary as anatomy, pages as anatomyPages } from './zh/anatomy.js';
import { dictionary as benchmark, pages as benchmarkPages } from './zh/benchmark.js';
import { dictionary as breakIt, pages as breakPages } from './zh/break.js';
import { dictionary as claims } from './zh/claims.js';
import { dictionary as common } from './zh/common.js';
import { dictionary as lab } from './zh/lab.js';
import { dictionary as race, pages as racePages } from './zh/race.js';
import { pages as subjectPages, dictionary as subjects } from './zh/subjects.js';
import { dictionary as tryIt, pages as tryPages } from './zh/try.js';
import { dictionary as uses, pages as usesPages } from './zh/uses.js';
import { dictionary as wire } from './zh/wire.js';

/** Everything that a visitor reads, in Simplified Chinese. */
export const dictionary: Texts = {
  ...common,
  ...race,
  ...claims,
  ...breakIt,
  ...anatomy,
  ...subjects,
  ...wire,
  ...uses,
  ...benchmark,
  ...lab,
  ...tryIt,
  pages: {
    ...racePages,
    ...breakPages,
    ...anatomyPages,
    ...subjectPages,
    ...usesPages,
    ...benchmarkPages,
    ...tryPages,
  },
};
