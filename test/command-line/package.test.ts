import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { newFolder } from '../support/folder.js';
import { waitUntil } from '../support/wait-until.js';

describe('the package, as npm would publish it', () => {
  let unpacked: string;

  beforeAll(() => {
    const folder = newFolder();
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
    const archive = execFileSync('npm', pack, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    execFileSync('tar', ['-xzf', join(folder, archive), '-C', folder]);
    unpacked = join(folder, 'package');
    symlinkSync(resolve('node_modules'), join(unpacked, 'node_modules'));
  }, 60_000);

  it('has all that the demo site needs', async () => {
    const args = [join(unpacked, 'dist/server/cli.js'), 'serve', '--demo', '--port', '0'];
    const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(server, 'exit');
    let output = '';
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (piece) => (output += String(piece)));
    try {
      const told = () => /demo site is at\s+(\S+)/.exec(output)?.[1];
      await waitUntil('the site', () => told() ?? server.exitCode !== null, { timeoutMs: 30_000 });
      expect(output).toContain('The demo site is at');
      for (const path of ['', 'break', 'zh/try', 'index.js', 'demo/connected', 'push/health', 'docs/docs/curl']) {
        expect([path, (await fetch(`${told()}${path}`)).status]).toEqual([path, 200]);
      }
    } finally {
      server.kill('SIGKILL');
      await ended;
    }
  });
});
