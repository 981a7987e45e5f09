import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { CellOrder, CellOutcome } from '../../bench/load-process.js';
import { familyOf } from '../../bench/process-usage.js';
import { waitUntil } from '../support/wait-until.js';

const LOAD = fileURLToPath(new URL('../../dist/bench/load-process.js', import.meta.url));

const settings = { subscribers: 2, late: 2, missed: 300, perSecond: 50, seconds: 0.3, bytes: 100 };
const cell: CellOrder = { scenario: 'bystanders', contestant: 'pushgate long-polling', settings, isPinned: false };

describe('the process of those who come late', () => {
  let load: ChildProcess;

  /** Has a load run the cell, with other settings. */
  function run(others: CellOrder['settings'] = {}): Promise<CellOutcome> {
    load = fork(LOAD, { execArgv: [] });
    load.send({ ...cell, settings: { ...settings, ...others } });
    return once(load, 'message').then(([outcome]) => outcome);
  }

  /** What the load has started and has not ended, by the module that it runs. */
  function started(): ReadonlyMap<string, number> {
    const [, ...pids] = familyOf(load.pid ?? 0);
    return new Map(pids.map((pid) => [basename(readFileSync(`/proc/${pid}/cmdline`, 'latin1'), '.js\0'), pid]));
  }

  const late = () => waitUntil('the process of those who come late', () => started().get('late-process'));

  afterEach(async () => {
    if (load.exitCode === null && load.kill('SIGKILL')) await once(load, 'exit');
  });

  it('counts what they get', async () => {
    const { counts, failed } = await run();
    expect(failed).toBeNull();
    // Three hundred each, beside what was published meanwhile.
    expect(counts.expected).toBeGreaterThan(2 * 300);
    expect(counts).toEqual({
      expected: counts.expected,
      delivered: counts.expected,
      lost: 0,
      repeated: 0,
      disordered: 0,
    });
    expect([...started().keys()]).toEqual([]);
  });

  it('makes the cell fail when they do not get everything', async () => {
    const { counts, failed } = await run({ keep: 100 });
    expect(failed).toBe('400 messages were lost, 0 repeated and 0 out of order');
    expect(counts).toMatchObject({ lost: 400, delivered: counts.expected - 400 });
  });

  it('makes the cell fail when it ends before, and everything else ends with it', async () => {
    const outcome = run();
    process.kill(await late(), 'SIGKILL');
    expect(await outcome).toMatchObject({ figures: {}, failed: 'the process of those who come late has ended' });
    expect([...started().keys()]).toEqual([]);
  });

  it('ends with the load that is let go', async () => {
    void run();
    const pid = await late();
    load.disconnect();
    await once(load, 'exit');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('is not there when nobody comes late', async () => {
    const seen = new Set<string>();
    const watch = setInterval(() => {
      try {
        for (const name of started().keys()) seen.add(name);
      } catch {
        // One has ended while it was looked at.
      }
    }, 20);
    const { failed } = await run({ late: 0 }).finally(() => clearInterval(watch));
    expect(failed).toBeNull();
    expect(seen).toContain('server-process');
    expect(seen).not.toContain('late-process');
  });
});
