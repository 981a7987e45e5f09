import { describe, expect, it } from '@jest/globals';
import { npmStart } from '../support/command.js';
import { waitUntil } from '../support/wait-until.js';

describe('npm start', () => {
  it('stops with its gateway on SIGTERM to npm, and leaves the port', async () => {
    const command = npmStart('--port', '0', '--path', '/live');
    const site = await waitUntil(
      'the gateway to listen',
      () => /The demo site is at +(http:\S+)\//.exec(command.stdout())?.[1],
      { timeoutMs: 30_000 },
    );
    // Its options are handed on.
    expect((await fetch(`${site}/live/health`)).status).toBe(200);
    command.process.kill('SIGTERM');
    // All that write to its output have ended.
    await command.ended;
    expect(command.stdout()).toContain('Stopping: every client is told');
    await expect(fetch(`${site}/live/health`)).rejects.toThrow();
  });

  it('hands on what the command says of its options, and its exit status', async () => {
    const wrong = npmStart('--port', '70000');
    expect(await wrong.ended).toBe(2);
    expect(wrong.stderr()).toContain('Give a whole number from 0 to 65535.');
    const help = npmStart('--help');
    expect(await help.ended).toBe(0);
    expect(help.stdout()).toContain('Usage: pushgate serve');
  });
});
