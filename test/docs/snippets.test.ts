import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { fencedBlocks } from '../support/fenced-blocks.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}test/output/snippets`;

/** As an application would be compiled that has installed the package: by its own name, through its exports. */
const configuration = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    lib: ['ES2023', 'DOM'],
  },
  include: ['*.ts'],
};

describe.each(['README.md', 'docs/access.md'])('the TypeScript of %s', (document) => {
  it('compiles against the built package as it stands', async () => {
    const snippets = fencedBlocks(document, 'ts');
    expect(snippets.length).toBeGreaterThan(1);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(configuration));
    for (const [index, { text }] of snippets.entries()) writeFileSync(`${folder}/snippet-${index}.ts`, text);
    const compiler = `${root}node_modules/typescript/bin/tsc`;
    const compiled = await promisify(execFile)(process.execPath, [compiler, '-p', folder]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
    expect(compiled).toBe('');
  });
});
