import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { waitUntil } from './wait-until.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CLI = fileURLToPath(new URL('../../dist/server/cli.js', import.meta.url));

const running = new Set<ChildProcessWithoutNullStreams>();

// A test that fails in the middle must not leave its gateway behind.
afterAll(async () => {
  const left = [...running].filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  // Until then it may write into a folder that is to be removed.
  const gone = left.map((child) => once(child, 'exit'));
  for (const child of left) child.kill('SIGKILL');
  await Promise.all(gone);
});

/** A run of the built `pushgate` command. */
export interface Command {
  readonly process: ChildProcessWithoutNullStreams;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with its exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts the command with these arguments, and with `input` as its standard input; `null` for one that stays open. */
export function start(args: readonly string[], input: string | Buffer | null = ''): Command {
  return watch(spawn(process.execPath, [CLI, ...args], { stdio: 'pipe' }), input);
}

/** Starts `npm start` on what has been built already. */
export function npmStart(...args: readonly string[]): Command {
  // Without its scripts before: others are using what they would build anew.
  const command = ['start', '--ignore-scripts', '--', ...args];
  return watch(spawn('npm', command, { stdio: 'pipe', cwd: ROOT }));
}

function watch(child: ChildProcessWithoutNullStreams, input: string | Buffer | null = ''): Command {
  running.add(child);
  child.once('close', () => running.delete(child));
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk;
  });
  child.stdin.on('error', () => undefined);
  if (input !== null) child.stdin.end(input);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (status, signal) => resolve(status ?? signal));
  });
  return { process: child, stdout: () => text.stdout, stderr: () => text.stderr, ended };
}

/** Runs the command to its end. */
export async function run(args: readonly string[], input: string | Buffer = '') {
  const command = start(args, input);
  const status = await command.ended;
  return { status, stdout: command.stdout(), stderr: command.stderr() };
}

/** A gateway that was started with `pushgate serve` on a free port. */
export interface Served {
  readonly command: Command;
  /** Its address, such as `http://127.0.0.1:40123`, without the path. */
  readonly site: string;
  /** Asks it to stop and resolves with its exit status. */
  stop(): Promise<number | NodeJS.Signals | null>;
}

/** Starts `pushgate serve` and waits until it listens. */
export function serve(...args: readonly string[]): Promise<Served> {
  return listening(start(['serve', '--port', '0', ...args]));
}

/** The same, with an output led elsewhere in a shell's way of saying it: `2>/dev/full`. */
export function serveInto(redirection: string, ...args: readonly string[]): Promise<Served> {
  const line = [process.execPath, CLI, 'serve', '--port', '0', ...args];
  return listening(watch(spawn('bash', ['-c', `exec "$@" ${redirection}`, 'bash', ...line], { stdio: 'pipe' })));
}

async function listening(command: Command): Promise<Served> {
  const site = await waitUntil(
    'the gateway to listen',
    () => {
      const { exitCode } = command.process;
      if (exitCode !== null) throw new Error(`pushgate serve ended with ${exitCode}: ${command.stderr()}`);
      return /listens on (https?:\/\/[^/\s]+)/.exec(command.stdout())?.[1];
    },
    { timeoutMs: 30_000 },
  );
  return {
    command,
    site,
    stop: () => {
      command.process.kill('SIGTERM');
      return command.ended;
    },
  };
}
