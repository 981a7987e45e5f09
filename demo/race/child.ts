import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How long a process gets to end by itself once it has been let go. */
const END_MS = 3_000;

/** Starts one of the processes of this folder. It ends when it is let go, or with this one. */
export function startChild(name: 'reader-process' | 'gateway-process'): ChildProcess {
  // What this one was started with is not for its children: an inspector's port can be had once only.
  const child = fork(compiled(name), { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  // An order to one that has just ended: whoever waits for it to be carried out learns of that.
  return child.on('error', () => undefined);
}

/** Lets a process go, and resolves when it has ended. */
export function endChild(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const force = setTimeout(() => child.kill('SIGKILL'), END_MS);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    if (child.connected) child.disconnect();
  });
}

/** Beside this file once it is compiled, and in `dist` while it is run from its source. */
function compiled(name: string): string {
  const [beside, source] = [`./${name}.js`, `../../dist/demo/race/${name}.js`].map((address) =>
    fileURLToPath(new URL(address, import.meta.url)),
  );
  return beside !== undefined && existsSync(beside) ? beside : (source ?? '');
}
