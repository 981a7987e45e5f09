import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);

/** `npm run soak` with these, without the build. */
function soak(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return run(process.execPath, ['--import', 'tsx', 'test/soak/soak.ts', ...args], { timeout: 100_000 });
}

describe('the soak command', () => {
  it('shows how far each stage is, and says what came of it', async () => {
    // A round of switches alone takes a minute.
    const stages = { switches: 0, courses: 1, inputs: 4_000, bytes: 200, idle: 0 };
    const args = Object.entries(stages).flatMap(([name, total]) => [`--${name}`, String(total)]);
    const { stdout, stderr } = await soak(...args, '--seed', '7');
    const bars = [...stderr.matchAll(/^(.+) ([=-]+) (\d+) of (\d+), \S+ left$/gm)].map(([, name, bar, done, of]) => ({
      name,
      isFull: /^=+$/.test(bar ?? ''),
      isDone: done === of,
    }));
    for (const name of ['courses', 'inputs', 'requests and frames']) {
      const own = bars.filter((bar) => bar.name === name);
      expect(own.length).toBeGreaterThanOrEqual(2);
      expect([own.at(0), own.at(-1)]).toEqual([
        { name, isFull: false, isDone: false },
        { name, isFull: true, isDone: true },
      ]);
    }
    expect(stdout).toMatch(/^Seed 7\./);
    expect(stdout).toMatch(/^kept: 1 courses, .*: 0 courses with a broken promise, in \d+ s$/m);
    expect(stdout).toMatch(/^kept: 4000 generated inputs were read or refused, /m);
    expect(stdout).toMatch(
      /^kept: 200 generated requests, polls and frames were answered or refused, nobody was left, /m,
    );
    expect(stdout).toMatch(/^Every promise was kept\.$/m);
  }, 120_000);

  it('exits with a fault when it is told nonsense', async () => {
    await expect(soak('--inputs', 'many')).rejects.toMatchObject({ stderr: expect.stringContaining('whole number') });
  });
});
