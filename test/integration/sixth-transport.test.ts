import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { newFolder } from '../support/folder.js';
import { chromium, describeWith } from '../support/requires.js';

const RECIPE = 'CONTRIBUTING.md';
const NAME = 'ndjson';

/** Everything that is built or tested here. */
const COPIED = [
  'transports',
  'server',
  'client',
  'demo',
  'bench',
  'styles',
  'scripts',
  'test/conformance',
  'test/faults',
  'test/support',
];
const FILES = ['package.json', 'jest.config.js', 'tsconfig.json', 'tsconfig.base.json', 'tsconfig.words.json'];
const PROJECTS = ['tsconfig.browser.json', 'tsconfig.node.json', 'tsconfig.test.json'];

describe('the recipe for a new transport, followed to the letter', () => {
  let checkout: string;

  beforeAll(async () => {
    checkout = newFolder();
    for (const path of [...COPIED, ...FILES, ...PROJECTS]) await cp(path, join(checkout, path), { recursive: true });
    await symlink(resolve('node_modules'), join(checkout, 'node_modules'));
    await follow(await readFile(RECIPE, 'utf8'), checkout);
  }, 60_000);

  it('one folder and one line are all that it changes', async () => {
    const differences = await run('diff', ['-rq', 'transports', join(checkout, 'transports')], { mayFail: true });
    expect(differences.trim().split('\n').sort()).toEqual([
      `Files transports/catalog.ts and ${checkout}/transports/catalog.ts differ`,
      `Only in ${checkout}/transports: ${NAME}`,
    ]);
  });

  it('gateway and client build with it', async () => {
    await run('node_modules/.bin/tsc', ['-b', 'tsconfig.node.json'], { cwd: checkout });
    await run('node_modules/.bin/tsx', ['scripts/bundle.ts'], { cwd: checkout });
  }, 120_000);

  it('it keeps every promise of the conformance suite, and fallback finds it', async () => {
    const passed = await conformance('node', `${NAME}|whole catalog`);
    expect(passed).toContain(`${NAME}: brings every message once and in order`);
    expect(passed).toContain('one client goes down the whole catalog and up again');
    expect(passed).toContain(`from ${NAME} to`);
    expect(passed).toContain(`to ${NAME}: goes on`);
  }, 180_000);

  describeWith(chromium, 'in a real browser', () => {
    it('it is bundled and used by itself as well', async () => {
      const passed = await conformance('chromium', `order.*${NAME}|whole catalog`);
      expect(passed).toContain(`${NAME}: brings every message once and in order`);
      expect(passed).toContain('one client goes down the whole catalog and up again');
    }, 180_000);
  });

  /** Runs the conformance suite of the copy, and returns the names of the tests that passed; throws if any did not. */
  async function conformance(host: string, names: string): Promise<string> {
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', `test/conformance/${host}.test.ts`];
    const args = [...jest, '--verbose', '--reporters', 'default', '--testNamePattern', names];
    const report = await run(process.execPath, args, { cwd: checkout });
    return report
      .split('\n')
      .filter((line) => line.includes('✓'))
      .join('\n');
  }
});

/** Does what the recipe says: the files that it shows in full, and the line that it shows for the catalog. */
async function follow(recipe: string, checkout: string): Promise<void> {
  const files = [...recipe.matchAll(/^`(transports\/[^`]+)`\n\n```ts\n(.*?)^```/gms)];
  expect(files.map(([, path]) => path)).toEqual([`transports/${NAME}/server.ts`, `transports/${NAME}/client.ts`]);
  for (const [, path = '', text = ''] of files) {
    await mkdir(dirname(join(checkout, path)), { recursive: true });
    await writeFile(join(checkout, path), text);
  }
  const [, line = ''] = /^In `transports\/catalog\.ts`.*?```ts\n(.*?\n)```/ms.exec(recipe) ?? [];
  expect(line.trim()).toBe(`'${NAME}',`);
  const catalog = join(checkout, 'transports/catalog.ts');
  const text = await readFile(catalog, 'utf8');
  await writeFile(catalog, text.replace("  'long-polling',", `${line}  'long-polling',`));
}

/** Runs a program to its end and returns all that it wrote; throws that when it fails. */
async function run(
  program: string,
  args: readonly string[],
  { cwd = '.', mayFail = false }: { readonly cwd?: string; readonly mayFail?: boolean } = {},
): Promise<string> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += String(piece)));
  const [status] = await once(child, 'close');
  if (status === 0 || mayFail) return output;
  const told = output.split('\n').filter((line) => !line.includes('○'));
  throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${told.join('\n')}`);
}
