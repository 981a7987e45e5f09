import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Served, serve } from '../support/command.js';
import { fencedBlocks } from '../support/fenced-blocks.js';
import { describeWith, program } from '../support/requires.js';

/** What the pages' gateway listens on; the test's has a port of its own. */
const SITE = 'http://127.0.0.1:8080';
/** `curl --max-time` ends a stream that has no end, and says so with this status. */
const TIMED_OUT = 28;

const blocks = ['README.md', 'docs/curl.md']
  .flatMap((page) => fencedBlocks(page, 'sh'))
  .filter((block) => block.text.includes('curl'));

describe('the pages', () => {
  it('have commands to try', () => {
    expect(blocks.length).toBeGreaterThan(20);
  });
});

describeWith(program('curl', 'install it with your system’s packages'), 'the curl lines of the pages', () => {
  let served: Served;

  beforeAll(async () => {
    served = await serve('--demo');
  });
  afterAll(() => served.stop());

  it.each(blocks.map(({ where, text }) => [where, text]))('%s does what it says', async (_where, text) => {
    const { status, stdout } = await shell(text.replaceAll(SITE, served.site));
    expect([0, TIMED_OUT]).toContain(status);
    expect(stdout).not.toBe('');
    expect(stdout).not.toContain('"code":"INTERNAL"');
  });
});

function shell(script: string): Promise<{ status: number; stdout: string }> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], { timeout: 15_000 }, (error, stdout) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout });
    });
  });
}
