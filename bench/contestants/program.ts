import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { familyOf } from '../process-usage.js';

const STARTUP_MS = 10_000;

/** A server that is a program of the machine. */
export class Program {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #stop: NodeJS.Signals;

  /**
   * @param args of the folder with the configuration in it
   * @param ports that it is to listen on before it counts as started
   */
  static async start(
    path: string,
    configuration: string,
    args: (folder: string) => readonly string[],
    { ports, stop = 'SIGTERM' }: { readonly ports: readonly number[]; readonly stop?: NodeJS.Signals },
  ): Promise<Program> {
    const folder = mkdtempSync(join(tmpdir(), 'lab-'));
    writeFileSync(join(folder, 'lab.conf'), configuration);
    const child = spawn(path, args(folder), { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      said = (said + piece).slice(-2_000);
    });
    const program = new Program(child, folder, stop);
    // Whoever goes before it has started would leave it behind.
    process.once('exit', () => program.#abandon());
    for (const end = Date.now() + STARTUP_MS; !(await areOpen(ports)); ) {
      if (child.exitCode !== null || Date.now() > end) {
        await program.stop();
        throw new Error(`${path} does not listen: ${said}`);
      }
      await sleep(20);
    }
    return program;
  }

  private constructor(child: ChildProcess, folder: string, stop: NodeJS.Signals) {
    this.#child = child;
    this.#folder = folder;
    this.#stop = stop;
  }

  /** Its processes: what it has started counts as well. */
  pids(): readonly number[] {
    return this.#child.pid === undefined ? [] : familyOf(this.#child.pid);
  }

  /** At the last moment, when nothing can be waited for any more. */
  #abandon(): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill(this.#stop);
      const timer = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await gone;
      clearTimeout(timer);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A port that nobody has at this moment: programs do not take port 0 and say what they got. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a program says of itself, and which part of it is its version. */
export function programVersion(path: string, args: readonly string[], version: RegExp): string {
  const { stdout, stderr } = spawnSync(path, args, { encoding: 'utf8' });
  return version.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown';
}

async function areOpen(ports: readonly number[]): Promise<boolean> {
  const each = ports.map(
    (port) =>
      new Promise<boolean>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.destroy();
          resolve(true);
        });
        socket.once('error', () => resolve(false));
      }),
  );
  return (await Promise.all(each)).every(Boolean);
}
