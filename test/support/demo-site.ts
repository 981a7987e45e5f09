import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { waitUntil } from './wait-until.js';

/** The demo site as `npm start` serves it. */
export interface DemoSite {
  /** Its address, with a slash at the end. */
  readonly url: string;
  /** Publishes a message as `curl` would. */
  publish(channel: string, data: unknown): Promise<void>;
  /** Calls a method of the gateway; what it answers, or the code of the error. */
  call(method: string, params: unknown): Promise<unknown>;
}

/** Gives a test file the built site, served by a process of its own from its first test to its last. */
export function useDemoSite(): DemoSite {
  let server: ChildProcess | undefined;
  let url = '';

  beforeAll(async () => {
    const command = ['dist/server/cli.js', 'serve', '--demo', '--port', '0'];
    const started = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    server = started;
    let output = '';
    started.stdout.on('data', (piece) => {
      output += String(piece);
    });
    const address = () => /demo site is at\s+(\S+)/.exec(output)?.[1];
    url = await waitUntil('the address of the site', address, { timeoutMs: 30_000 });
  }, 60_000);

  afterAll(async () => {
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  });

  const post = (path: string, body: unknown) =>
    fetch(`${url}push/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  return {
    get url() {
      return url;
    },
    async publish(channel, data) {
      expect((await post(`channels/${encodeURIComponent(channel)}`, data)).status).toBe(201);
    },
    async call(method, params) {
      const response = await post('uplink', [{ type: 'call', method, params }]);
      const [reply] = (await response.json()) as [{ readonly result?: unknown; readonly code?: string }];
      return reply.code ?? reply.result;
    },
  };
}
