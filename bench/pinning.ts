import { type ChildProcess, fork } from 'node:child_process';
import { cpus } from 'node:os';
import { programPath } from './contestants/packages.js';

/** Which core a process gets to itself. */
export type Core = 'server' | 'load';

const CORES: Readonly<Record<Core, string>> = { server: '0', load: '1' };

/** Whether server and load can have a core each. */
export function canPin(): boolean {
  return cpus().length >= 2 && programPath('taskset') !== null;
}

/** Starts a module in a process of its own, on its core where that is possible. */
export function forkOn(core: Core | null, module: string, nodeOptions: readonly string[] = []): ChildProcess {
  const env = { ...process.env, NODE_ENV: 'production' };
  const taskset = programPath('taskset');
  // The IPC channel goes through: taskset replaces itself by what it starts.
  if (core !== null && taskset !== null && canPin()) {
    return fork(module, { execPath: taskset, execArgv: ['-c', CORES[core], process.execPath, ...nodeOptions], env });
  }
  return fork(module, { execArgv: [...nodeOptions], env });
}

/** Ends a process that was started here, and resolves when it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
