import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { afterEach } from '@jest/globals';
import express from 'express';
import type { Gateway } from '../../server/gateway.js';
import { createGateway } from '../../server/gateway.js';
import type { GatewayOptions } from '../../server/gateway-options.js';
import type { Listening } from '../support/listen.js';
import { listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';

/** A gateway that can be asked. */
export interface Site extends Listening {
  readonly gateway: Gateway;
  /** Where the gateway lives: `http://127.0.0.1:<port>/push`. */
  readonly push: string;
  /** What the gateway reported as broken inside. */
  readonly errors: unknown[];
}

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** Ends something after the test. */
export function afterwards(close: () => unknown): void {
  opened.push(async () => {
    await close();
  });
}

/** A gateway mounted at /push in an Express app, taking upgrades as well. */
export async function inExpress(options: GatewayOptions = {}): Promise<Site> {
  const errors: unknown[] = [];
  const gateway = createGateway({ onError: (error) => errors.push(error), ...options });
  const app = express();
  app.use('/push', gateway.handler);
  const listening = await listen(createServer(app));
  gateway.attach(listening.server, { requests: false });
  return site(gateway, listening, errors);
}

/** A gateway attached to a plain server, beside nothing or beside what that server does already. */
export async function attached(
  options: GatewayOptions = {},
  server: Server = createServer(),
): Promise<Site & { readonly detach: () => void }> {
  const errors: unknown[] = [];
  const gateway = createGateway({ onError: (error) => errors.push(error), ...options });
  const listening = await listen(server);
  const detach = gateway.attach(listening.server);
  return { ...site(gateway, listening, errors), detach };
}

function site(gateway: Gateway, listening: Listening, errors: unknown[]): Site {
  afterwards(async () => {
    await gateway.close();
    await listening.close();
  });
  return { ...listening, gateway, push: `${listening.url}/push`, errors };
}

/** A number from the metrics, summed over its labels; one label's value may be asked for. */
export async function metric(push: string, name: string, label = ''): Promise<number> {
  const text = await (await fetch(`${push}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(name) && line.includes(label));
  return lines.reduce(
    (sum, line) => sum + (line[name.length] === '{' || line[name.length] === ' ' ? Number(line.split(' ').at(-1)) : 0),
    0,
  );
}

/** Waits until no connection is left, by the gateway's own count. */
export async function deserted(push: string): Promise<void> {
  await waitUntil('every connection to be gone', async () => (await metric(push, 'pushgate_connections')) === 0, {
    timeoutMs: 10_000,
  });
}

/** The `code` of a problem, after a look at what every problem must have. */
export async function problemOf(response: Response): Promise<string> {
  const body = await response.json();
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) throw new Error('not a problem');
  if (body.status !== response.status || typeof body.title !== 'string') throw new Error(JSON.stringify(body));
  // A sentence that says what to do, and not only what went wrong.
  if (typeof body.detail !== 'string' || !/\w+ \w+/.test(body.detail)) throw new Error(JSON.stringify(body));
  return body.code;
}

/** How many connections a server has. */
export function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
