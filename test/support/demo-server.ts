import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitUntil } from './wait-until.js';

/** The built demo site, running. */
export interface DemoServer {
  /** Its address, with a slash at the end. */
  readonly address: string;
  /** Ends it. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts the built gateway with its demo site, as `npm start` does, on a port or on any free one. */
export async function startDemoServer({ port = '0', heartbeat = '25' } = {}): Promise<DemoServer> {
  const command = ['dist/server/cli.js', 'serve', '--demo', '--port', port, '--heartbeat', heartbeat];
  const server = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  server.stdout.on('data', (piece) => (output += String(piece)));
  const address = await waitUntil(
    'the address of the site',
    () => {
      if (server.exitCode !== null) throw new Error('The gateway did not start; run "npm start" to see why.');
      return /demo site is at\s+(\S+)/.exec(output)?.[1];
    },
    { timeoutMs: 30_000 },
  );
  return {
    address,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    },
  };
}
