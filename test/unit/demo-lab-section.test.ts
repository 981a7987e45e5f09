import { describe, expect, it } from '@jest/globals';
import { labSection } from '../../scripts/lab-section.js';
import { languages } from '../../scripts/site-pages.js';
import { madeUpResult } from '../bench/made-up-result.js';

describe('what the benchmark page says of the lab', () => {
  const [english, chinese] = languages;

  it('is that there is no result, and how to make one, while none is kept', () => {
    const html = labSection(null, english.texts.benchmark.lab, '');
    expect(html).toContain('No result of the lab is kept in this repository yet.');
    expect(html).toContain('npm run bench -- --json bench/results/');
    expect(html).not.toContain('<table');
  });

  it.each([
    ['', english],
    ['../', chinese],
  ] as const)('is its table and the way to the report, from "%s"', (root, { texts }) => {
    const result = madeUpResult();
    const html = labSection(result, texts.benchmark.lab, root);
    expect(html).toContain(`href="${root}lab/report.html"`);
    expect(html).toContain(result.startedAt.slice(0, 10));
    expect(html.match(/<th scope="row">/g)?.length).toBeGreaterThan(0);
    // Whatever the page's language, the lab's words are marked as English.
    const others = html.replaceAll(/<(p|th|tbody)\b[^>]* lang="en">[\s\S]*?<\/\1>/g, '').replaceAll(/<[^>]*>/g, '');
    expect(
      others
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ).toEqual([texts.benchmark.lab.table, texts.benchmark.lab.report]);
    // No marks of Markdown are left.
    expect(html).not.toMatch(/[|`]|---|\*\*/);
  });
});
