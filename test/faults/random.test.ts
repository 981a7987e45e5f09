import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { newFolder } from '../support/folder.js';
import { holds } from '../support/property.js';
import { course } from './random-course.js';
import { tryCourse } from './random-trial.js';

/** Courses at a time, each with a gateway and clients of its own: they mostly wait. */
const ABREAST = 4;
const RUNS = 12;

jest.setTimeout(600_000);

describe('whatever happens to network, clients and gateway', () => {
  it('each message arrives once and in order on every transport, or a gap says that it does not', async () => {
    const total = { messages: 0, gaps: 0, operations: 0, switches: 0 };
    await holds(
      fc.asyncProperty(fc.array(course, { minLength: 1, maxLength: ABREAST, size: 'max' }), async (courses) => {
        const reports = await Promise.all(courses.map((each) => tryCourse(each, newFolder())));
        for (const { faults, ...counts } of reports) {
          for (const key of ['messages', 'gaps', 'operations', 'switches'] as const) total[key] += counts[key];
          expect(faults).toEqual([]);
        }
      }),
      RUNS,
    );
    // A trial in which nothing happened would hold as well.
    expect(Math.min(total.messages, total.operations, total.switches)).toBeGreaterThan(RUNS);
  });
});
