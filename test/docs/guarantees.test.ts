import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** A test that the document names: `[its title](../its/file)`. */
const PROOF = /\| \[([^\]]+)\]\(\.\.\/(test\/[^)]+)\) \|/g;
/** The command that a section begins with. */
const COMMAND = /```sh\nnpm test -- ([^`]*?)\n(?:npm run soak\n)?```/;
/** Where the tests of files that are none themselves are run. */
const RUN_BY: readonly (readonly [file: RegExp, by: string])[] = [
  [/^test\/conformance\/scenarios\//, 'test/conformance/node.test.ts'],
  [/^test\/integration\/fallback-suite\.ts$/, 'test/integration/fallback.test.ts'],
];

describe('docs/guarantees.md', () => {
  const text = readFileSync('docs/guarantees.md', 'utf8');
  const sections = text.split(/^## /m).map((section) => ({
    patterns: COMMAND.exec(section)?.[1]?.split(/[\s\\]+/) ?? [],
    proofs: proofsOf(section),
  }));
  const proofs = proofsOf(text);

  it('has a proof for each promise', () => {
    const promises = text.split('\n').filter((line) => /^\| (?!promise|---)/.test(line));
    expect(proofs).toHaveLength(promises.length);
    expect(proofs.length).toBeGreaterThan(40);
  });

  it.each(proofs)('names a test that is there: %s', (title, file) => {
    expect([file, existsSync(file)]).toEqual([file, true]);
    expect(readFileSync(file, 'utf8')).toContain(title);
  });

  it('has a command before each table that runs all of its proofs, and nothing that is not there', () => {
    const tables = sections.filter((section) => section.proofs.length > 0);
    expect(tables.length).toBeGreaterThanOrEqual(5);
    for (const { patterns, proofs } of tables) {
      const files = proofs.map(([, file]) => RUN_BY.find(([named]) => named.test(file))?.[1] ?? file);
      const missed = files.filter((file) => !patterns.some((pattern) => file.startsWith(pattern)));
      expect(missed).toEqual([]);
      const idle = patterns.filter((pattern) => !existsSync(`${pattern}.test.ts`) && !existsSync(pattern));
      expect(idle).toEqual([]);
    }
  });
});

function proofsOf(text: string): (readonly [title: string, file: string])[] {
  return [...text.matchAll(PROOF)].map(([, title = '', file = '']) => [title, file] as const);
}
