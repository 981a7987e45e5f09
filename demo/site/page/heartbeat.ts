import { MACHINE_CHANNEL } from '../words/machine-figures.js';

/** Asks the gateway at a path how often it sends something on a quiet connection, in milliseconds: a poll that wants a hello. */
export async function askHeartbeat(path: string): Promise<number> {
  const response = await fetch(`${path}/polling?channel=${MACHINE_CHANNEL}&hello=1`);
  const { hello } = await response.json();
  const heartbeatMs: unknown = hello?.heartbeatMs;
  if (typeof heartbeatMs !== 'number') throw new Error('The gateway did not tell its heartbeat.');
  return heartbeatMs;
}
