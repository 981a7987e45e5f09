import { createServer } from 'node:http';
import { expect, it } from '@jest/globals';
import { nodeHost } from '../conformance/node-host.js';
import { TestClient } from '../conformance/test-client.js';
import { serve } from '../support/command.js';
import { newFolder } from '../support/folder.js';
import { listen } from '../support/listen.js';
import { mostWithin } from '../support/spread.js';
import { waitUntil } from '../support/wait-until.js';

const CLIENTS_PER_TRANSPORT = 12;
/** So long that a machine with other things to do does not bring together what is apart. */
const BACKOFF_MS = 1_500;

const host = await nodeHost();

async function publish(address: string, data: string): Promise<string> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(data) };
  const { id } = await (await fetch(`${address}/channels/news`, init)).json();
  return id;
}

/**
 * When each client first comes back to a port where none gets an answer, but those that poll: they go on in their own rhythm,
 * as if nothing had been.
 */
async function returnsTo(port: number, clients: number): Promise<number[]> {
  const first = new Map<string, number>();
  const server = createServer();
  const came = ({ url = '' }, socket: { destroy(): unknown }) => {
    const { pathname, searchParams } = new URL(url, 'http://gateway');
    const name = searchParams.get('client') ?? '';
    if (!pathname.endsWith('/polling') && !first.has(name)) first.set(name, performance.now());
    socket.destroy();
  };
  server.on('request', (request) => came(request, request.socket));
  server.on('upgrade', came);
  const listening = await listen(server, port);
  await waitUntil('every client', () => first.size === clients);
  await listening.close();
  return [...first.values()];
}

it('a gateway that is killed and comes back has every client again, apart from each other and without loss', async () => {
  const free = await listen(() => {});
  await free.close();
  const directory = newFolder();
  const rise = () => serve('--port', `${free.port}`, '--bus', `file:${directory}`);
  const address = `http://127.0.0.1:${free.port}/push`;
  const before = await rise();

  const clients: TestClient[] = [];
  for (const transport of host.transports) {
    for (let index = 0; index < CLIENTS_PER_TRANSPORT; index++) {
      const options = { transports: [transport], backoffMs: BACKOFF_MS, pollMs: 200 };
      const client = new TestClient(await host.open(address, options));
      await client.subscribe('news');
      clients.push(client);
    }
  }
  const ids = [await publish(address, 'before')];
  for (const client of clients) await client.untilMessages(1);
  ids.push(await publish(address, 'at the last moment'));
  before.command.process.kill('SIGKILL');
  expect(await before.command.ended).toBe('SIGKILL');

  // Drawn evenly, about a fifth of them falls into each fifth of the time.
  const times = await returnsTo(free.port, clients.length - CLIENTS_PER_TRANSPORT);
  expect(mostWithin(times, BACKOFF_MS / 5)).toBeLessThanOrEqual(times.length / 2);

  const after = await rise();
  ids.push(await publish(address, 'after'));
  for (const client of clients) {
    await client.until('every message', () => client.messages().length >= ids.length);
    expect(client.messages().map(({ id }) => id)).toEqual(ids);
    expect(client.gaps).toEqual([]);
  }
  expect(await after.stop()).toBe(0);
}, 120_000);
