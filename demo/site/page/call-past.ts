import type { Json } from '../../../client/index.js';

/**
 * Calls a method of the gateway at a path as `push.call` would make it over HTTP, but past every client, so that none is
 * charged for it. Rejects when the gateway is away or refuses.
 */
export async function callPast(path: string, method: string, params: Json = null): Promise<unknown> {
  const response = await fetch(`${path}/uplink`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ type: 'call', method, params }]),
    // What a page says as it goes arrives as well.
    keepalive: true,
  });
  if (!response.ok) throw new Error(`The gateway answered ${response.status}.`);
  const [reply]: readonly { readonly type?: string; readonly result?: unknown; readonly message?: string }[] =
    await response.json();
  if (reply?.type !== 'reply') throw new Error(reply?.message ?? 'The gateway did not answer the call.');
  return reply.result;
}
