import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { newFolder } from './folder.js';
import { listen } from './listen.js';
import { program, type Requirement } from './requires.js';
import { waitUntil } from './wait-until.js';

/** A proxy that tests put before a gateway: a program of the machine, with a configuration of the test's. */
export interface ProxyProgram extends Requirement {
  readonly name: string;
  /** What makes it run in the foreground, with the {@link FILE} of this folder. */
  args(folder: string): readonly string[];
  /** Puts around a configuration what a person's machine has there already. */
  wrap(configuration: string): string;
}

const FILE = 'proxy.conf';

/**
 * nginx, with a configuration for its `http` block; relative paths are below its folder. One process only: then its end
 * is the end of all of it, and no worker runs as another user, who could not write there.
 */
export const nginx: ProxyProgram = {
  name: 'nginx',
  ...program('nginx', 'install nginx, or nginx-light, with your system’s packages'),
  args: (folder) => ['-e', 'stderr', '-p', folder, '-c', FILE],
  wrap: (configuration) => {
    const kinds = ['client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi'];
    const paths = kinds.map((kind) => `${kind}_temp_path ${kind};`);
    return `daemon off; master_process off; pid nginx.pid; error_log stderr; events {}
http { access_log off; ${paths.join(' ')}
${configuration}
}
`;
  },
};

/** HAProxy, whose configuration stands alone. */
export const haproxy: ProxyProgram = {
  name: 'haproxy',
  ...program('haproxy', 'install it with your system’s packages'),
  args: (folder) => ['-db', '-f', join(folder, FILE)],
  wrap: (configuration) => `${configuration}
`,
};

/** Where configurations listen, those of the documentation too, and where they have the gateway. */
const PUBLIC = /\b(listen|bind) :?80\b/g;
const GATEWAY = /\b127\.0\.0\.1:8080\b/g;

const running = new Set<ChildProcess>();
afterEach(async () => {
  await Promise.all([...running].map(end));
});

/**
 * Starts a proxy before what listens on a port, and resolves with its own port once it takes connections. It ends after
 * the test.
 *
 * @param configuration as a person would write it, for a proxy on port 80 and a gateway on 127.0.0.1:8080
 */
export async function startBefore(port: number, proxy: ProxyProgram, configuration: string): Promise<number> {
  const own = await freePort();
  const text = configuration.replace(PUBLIC, `$1 127.0.0.1:${own}`).replace(GATEWAY, `127.0.0.1:${port}`);
  const folder = newFolder();
  writeFileSync(join(folder, FILE), proxy.wrap(text));
  const child = spawn(proxy.name, proxy.args(folder), { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  const isListening = () => {
    if (child.exitCode !== null) throw new Error(`${proxy.name} ended with ${child.exitCode}: ${said}\n${text}`);
    return isTaken(own);
  };
  await waitUntil(`${proxy.name} to listen`, isListening, { timeoutMs: 30_000 });
  return own;
}

/** A port that nobody has at this moment. Neither program takes port 0 and says what it got. */
async function freePort(): Promise<number> {
  const { port, close } = await listen(() => undefined);
  await close();
  return port;
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Ends a process that was started here, and waits until it is gone. */
async function end(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
