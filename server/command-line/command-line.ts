import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { publishCommand } from './publish-command.js';
import { serveCommand } from './serve-command.js';
import { subscribeCommand } from './subscribe-command.js';
import { faultText, UsageError } from './usage.js';

/** The command was understood and failed. */
const FAILED = 1;
/** The command was not understood. */
const MISUSED = 2;

/** Runs `pushgate` with its arguments; resolves with the exit status when the command is done. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let status = 0;
  const program = new Command('pushgate')
    .description('A push gateway: one log of messages, five transports, and a client that falls back by itself.')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', '\nEvery command explains itself: pushgate serve --help');
  const done = (outcome: number) => {
    status = outcome;
  };
  for (const command of [serveCommand(done), publishCommand(done), subscribeCommand(done)]) {
    program.addCommand(command.exitOverride().configureOutput({ outputError: () => undefined }));
  }
  try {
    if (args.length === 0) throw new UsageError('Give a command: serve, publish or subscribe; --help explains them.');
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const misused = error instanceof CommanderError || error instanceof UsageError;
    process.stderr.write(`pushgate: ${oneLine(error)}\n`);
    return misused ? MISUSED : FAILED;
  }
}

function oneLine(error: unknown): string {
  const text = faultText(error);
  return text.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
}

function packageVersion(): string {
  // From dist/server/command-line as well as from server/command-line: whichever package.json is nearest.
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
    } catch {
      // Not there: look further up.
    }
  }
  return 'unknown';
}
