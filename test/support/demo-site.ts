import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { TestPage } from './browser.js';
import { waitUntil } from './wait-until.js';

/** For what happens on a page that a busy machine is slow to load. */
export const PATIENT = { timeoutMs: 30_000, everyMs: 50 };

/** For a test with one wait or two. */
export const LONG = 90_000;

/** The demo site as `npm start` serves it, for one test file. */
export interface DemoSite {
  /** Its address, with a slash at the end. */
  readonly address: string;
  /** Ends the server and starts another one at the same address; `meanwhile` is done in between. */
  restart(meanwhile: () => Promise<void>): Promise<void>;
  /** Publishes as a terminal would. */
  publish(channel: string, data: unknown): Promise<void>;
}

/** Starts the built site before the first test of a file, and ends it after the last. */
export function useDemoSite(): DemoSite {
  let server: ChildProcess | undefined;
  let address = '';

  async function start(port: string): Promise<void> {
    // A severed line is found out by the heartbeat.
    const command = ['dist/server/cli.js', 'serve', '--demo', '--port', port, '--heartbeat', '1'];
    const started = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    server = started;
    let output = '';
    started.stdout.on('data', (piece) => (output += String(piece)));
    address = await waitUntil('the address of the site', () => /demo site is at\s+(\S+)/.exec(output)?.[1], PATIENT);
  }

  async function stop(): Promise<void> {
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }

  beforeAll(() => start('0'), 60_000);
  afterAll(stop);

  return {
    get address() {
      return address;
    },
    async restart(meanwhile) {
      const { port } = new URL(address);
      await stop();
      await meanwhile();
      await start(port);
    },
    async publish(channel, data) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(data);
      const response = await fetch(`${address}push/channels/${channel}`, { method: 'POST', headers, body });
      expect(response.status).toBe(201);
    },
  };
}

/** The numbers in the elements that a selector finds; what is no number yet counts as 0. */
export async function numbersIn({ page }: TestPage, selector: string): Promise<readonly number[]> {
  const texts = await page.locator(selector).allTextContents();
  return texts.map((text) => Number.parseInt(text.replaceAll(',', ''), 10) || 0);
}
