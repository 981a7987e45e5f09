import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { contestants } from '../../bench/contestants/index.js';
import { scenarios } from '../../bench/scenarios/index.js';
import { newFolder } from '../support/folder.js';

const BENCH = fileURLToPath(new URL('../../dist/bench/bench.js', import.meta.url));

/** Runs the lab; `interruptAt` is what it has to have said before it gets a Ctrl-C. */
async function bench(args: readonly string[], { interruptAt, cwd }: { interruptAt?: string; cwd?: string } = {}) {
  const child = spawn(process.execPath, [BENCH, ...args], { stdio: 'pipe', cwd });
  const text = { out: '', err: '' };
  let isInterrupted = false;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text.out += piece;
    // Once: a second Ctrl-C ends it at once.
    if (!isInterrupted && interruptAt !== undefined && text.out.includes(interruptAt)) {
      isInterrupted = child.kill('SIGINT');
    }
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text.err += piece;
  });
  // Not before everybody who has the pipes is gone: what the lab started inherits the one for errors.
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, ...text };
}

describe('the command of the lab', () => {
  const folder = newFolder();
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it.each([
    [['--scenario', 'weather'], 'There is no scenario "weather"; there are fan-out, '],
    [['--contestant', 'me'], 'There is no contestant "me"; there are pushgate websocket, '],
    [['--scenario', 'call', '--contestant', 'bare sse'], 'None of these scenarios is for any of these contestants.'],
    [['--set', 'subscribers'], 'Give a name and its values, such as subscribers=100,1000.'],
    [
      ['--scenario', 'idle', '--set', 'channels=5'],
      'The scenario idle has no setting "channels"; it has subscribers, ',
    ],
    [['--runs', '0'], 'Give a whole number from 1 to 99.'],
    [['--quick', '--smoke'], 'cannot be used with'],
    [['--fast'], "unknown option '--fast'"],
    [['--compare', join(folder, 'nowhere.json')], 'there is no file '],
    [['--compare', file('text', 'hello')], 'is no JSON; give a file that was written with --json.'],
    [['--compare', file('other.json', '{"schema":1}')], 'is no result of this lab'],
    [['--json', join(folder, 'nowhere', 'result.json')], 'cannot be written'],
    [['--html', folder], 'cannot be written'],
    [['--profile', file('no-folder', '')], 'cannot be made'],
  ])('refuses %j in one line, before anything is measured', async (args, reason) => {
    const { status, out, err } = await bench(args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/^bench: [^\n]+\n$/);
    expect(err).toContain(reason);
  });

  it('leaves no file behind that it only tried to write', async () => {
    await bench(['--json', join(folder, 'tried.json'), '--scenario', 'weather']);
    expect(existsSync(join(folder, 'tried.json'))).toBe(false);
  });

  it('names what there is, and explains itself', async () => {
    const { status, out } = await bench(['--list']);
    expect(status).toBe(0);
    for (const { name } of [...scenarios, ...contestants]) expect(out).toContain(`  ${name} `);
    expect((await bench(['--help'])).out).toContain('Exit status: 0; 1 when a cell failed');
  });

  it('leaves a report where it is told to, and by itself where it runs', async () => {
    const cell = ['--scenario', 'rates', '--contestant', 'ws', '--quick'];
    const named = join(folder, 'named.html');
    expect((await bench([...cell, '--html', named])).out).toContain(`Report: ${named}\n`);
    expect((await bench(cell, { cwd: folder })).out).toContain('Report: bench-report.html\n');
    expect((await bench([...cell, '--no-html'], { cwd: join(folder, '..') })).out).not.toContain('Report');
    for (const page of [named, join(folder, 'bench-report.html')]) {
      expect(readFileSync(page, 'utf8')).toContain('<h1>What push costs</h1>');
    }
  });

  it('says where the time of a server went', async () => {
    const profiles = join(folder, 'profiles');
    const cell = ['--scenario', 'fan-out', '--contestant', 'ws', '--smoke', '--profile', profiles];
    const { out } = await bench(cell);
    expect(readdirSync(profiles)).toContainEqual(expect.stringMatching(/^ws\.\d+\.cpuprofile$/));
    expect(out).toMatch(/ws\.\d+\.cpuprofile:\n(?: +\d+\.\d % {2}\S.*\n)+ of which:\n +\d+\.\d % {2}\S/);
    expect(out).toContain('Node in JavaScript');
  });

  it('stops everything on Ctrl-C, says so, and writes nothing', async () => {
    const json = join(folder, 'result.json');
    const { status, err } = await bench(['--quick', '--scenario', 'idle', '--contestant', 'ws', '--json', json], {
      interruptAt: '1 cells: about',
    });
    expect(status).toBe(130);
    expect(err).toContain('bench: interrupted after ');
    expect(existsSync(json)).toBe(false);
  });
});
