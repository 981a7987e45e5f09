import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** A test that the document names: `[its title](../its/file)`. */
const PROOF = /\| \[([^\]]+)\]\(\.\.\/(test\/[^)]+)\) \|/g;
/** The command that a section begins with. */
const COMMAND = /```sh\nnpm test -- ([^`]*?)\n(?:npm run soak\n)?```/;
/** Where the tests of files that are none themselves are run, and which file takes them in. */
const RUN_BY: readonly (readonly [file: RegExp, by: string, takenInBy: string])[] = [
  [/^test\/conformance\/scenarios\//, 'test/conformance/node.test.ts', 'test/conformance/suite.ts'],
  [/^test\/integration\/fallback-suite\.ts$/, 'test/integration/fallback.test.ts', 'test/integration/fallback.test.ts'],
];
/** Comments as the formatter leaves them, each on lines of its own. */
const COMMENT = /^ *(?:\/\/.*|\/\*[\s\S]*?\*\/)$/gm;
/** What keeps a test, or all others, from being run. */
const SKIPPED =
  /^ *(?:(?:describe|it|test)\.(?:concurrent\.)?(?:skip|only|todo|failing)\b|[xf](?:describe|it|test)\b)/m;
/** In parts: what looks through the tests for one that is skipped, or keeps others from being run, is to find none here. */
const [skip, only, todo, x, f] = ['.skip', '.only', '.todo', 'x', 'f'];

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

  it.each(proofs)('names a test that is there, in a file that skips none: %s', (title, file) => {
    expect([file, existsSync(file)]).toEqual([file, true]);
    const source = readFileSync(file, 'utf8').replace(COMMENT, '');
    expect(isTested(title, source)).toBe(true);
    expect(source).not.toMatch(SKIPPED);
  });

  it.each(proofs.filter(([, file]) => !file.endsWith('.test.ts')))(
    'names a test of a file that another one takes in: %s',
    (_title, file) => {
      const takenInBy = RUN_BY.find(([named]) => named.test(file))?.[2] ?? file;
      const name = file.slice(dirname(takenInBy).length, -'.ts'.length);
      expect(readFileSync(takenInBy, 'utf8')).toMatch(
        new RegExp(`^import .* from '\\.${literally(name)}\\.js';$`, 'm'),
      );
    },
  );

  it.each([
    ["  it('holds', () => {", true],
    ["  it(\n    'always holds, and more',", true],
    ["  it.each(['a'])('%s: holds', (name) => {", true],
    ["  it.each([\n    ['a'],\n  ])(\n    `one holds`,", true],
    ["  // it('holds', () => {", false],
    ["  /*\n  it('holds', () => {\n  */", false],
    [`  it${skip}('holds', () => {`, false],
    [`  it.each(names)('fails', () => {});\n  it${skip}.each(names)('holds', () => {`, false],
    [`  ${x}it('holds', () => {`, false],
    [`  it${todo}('holds');`, false],
    ["  describe('holds', () => {", false],
    ["  const title = 'holds';", false],
    ["  it('fails', () => expect('holds'));", false],
  ])('takes this for a test, or not: %j', (source, expected) => {
    expect(isTested('holds', source.replace(COMMENT, ''))).toBe(expected);
  });

  it.each([`it${skip}(`, `it${only}(`, `describe${skip}(`, `${x}describe(`, `${f}it(`, `it${skip}.each([`])(
    'sees: %s',
    (text) => {
      expect(`it('a', () => {});\n  ${text}'b'`).toMatch(SKIPPED);
    },
  );

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

/** Whether a source without comments defines a test whose title holds this. */
function isTested(title: string, source: string): boolean {
  // The table of an `each` ends before the next test begins.
  const each = String.raw`\.each\((?:(?!^ *it\b)[\s\S])*?\)`;
  const text = String.raw`(['"\x60])(?:(?!\1).)*${literally(title)}`;
  return new RegExp(String.raw`^ *it(?:${each})?\(\s*${text}`, 'm').test(source);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function proofsOf(text: string): (readonly [title: string, file: string])[] {
  return [...text.matchAll(PROOF)].map(([, title = '', file = '']) => [title, file] as const);
}
