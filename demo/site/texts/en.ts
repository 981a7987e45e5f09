import { dictionary as anatomy, pages as anatomyPages } from './en/anatomy.js';
import { dictionary as benchmark, pages as benchmarkPages } from './en/benchmark.js';
import { dictionary as breakIt, pages as breakPages } from './en/break.js';
import { dictionary as claims } from './en/claims.js';
import { dictionary as common } from './en/common.js';
import { dictionary as lab } from './en/lab.js';
import { dictionary as race, pages as racePages } from './en/race.js';
import { pages as subjectPages, dictionary as subjects } from './en/subjects.js';
import { dictionary as tryIt, pages as tryPages } from './en/try.js';
import { dictionary as uses, pages as usesPages } from './en/uses.js';
import { dictionary as wire } from './en/wire.js';

/**
 * Everything that a visitor reads, in English, part by part as the pages need it. A further language is further modules of
 * the same shape.
 *
 * A text with a blank in it is a function of what goes there. A page asks for the others by their path, such as
 * `{{idea.heading}}`, and gets them when it is built.
 */
export const dictionary = {
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

/** What every language has to say. */
export type Texts = typeof dictionary;
