import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** A test that the document names: `[its title](../its/file)`. */
const PROOF = /\| \[([^\]]+)\]\(\.\.\/(test\/[^)]+)\) \|/g;

describe('docs/guarantees.md', () => {
  const text = readFileSync('docs/guarantees.md', 'utf8');
  const proofs = [...text.matchAll(PROOF)].map(([, title = '', file = '']) => [title, file] as const);

  it('has a proof for each promise', () => {
    const promises = text.split('\n').filter((line) => /^\| (?!promise|---)/.test(line));
    expect(proofs).toHaveLength(promises.length);
    expect(proofs.length).toBeGreaterThan(40);
  });

  it.each(proofs)('names a test that is there: %s', (title, file) => {
    expect([file, existsSync(file)]).toEqual([file, true]);
    expect(readFileSync(file, 'utf8')).toContain(title);
  });
});
