import { NOW_METHOD } from '../words/machine-figures.js';

/**
 * Asks the gateway at a path for its clock: a call, as `push.call` would make it over HTTP. It is made past every
 * client, so that no lane is charged for what the page needs to measure them all.
 */
export async function askServerTime(path: string): Promise<number> {
  const response = await fetch(`${path}/uplink`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ type: 'call', method: NOW_METHOD, params: null }]),
  });
  const [reply]: readonly { readonly result?: unknown }[] = await response.json();
  if (typeof reply?.result !== 'number') throw new Error('The server did not tell its time.');
  return reply.result;
}
