import { setTimeout } from 'node:timers/promises';
import type { CloseReason } from '../../client/node.js';
import { readProblem } from '../../transports/problem.js';

/** So often is asked for a gateway that is not there, and with this pause. */
const TRIES = 3;
const PAUSE_MS = 300;

/** The likely reason for a 404 that no gateway has given. */
export const NOWHERE =
  "There is no gateway at this address (HTTP status 404). Is the base path right? The gateway's is /push by default.";

/** Whether that is what a client has met. */
export function metNowhere(failures: unknown): boolean {
  return Array.isArray(failures) && failures.some(({ status, code }: CloseReason) => status === 404 && !code);
}

/**
 * Rejects when an address answers with 404, and not in a gateway's words. The client takes that for a proxy whose routes
 * are just being changed, and asks again until its time is over; somebody who mistyped an address wants to know at once.
 * What else may be wrong the client says itself, so that this then waits for ever.
 */
export async function nowhere(address: string, signal: AbortSignal): Promise<never> {
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/uplink`;
  for (let tries = 1; await isMissing(url, signal); tries++) {
    if (tries === TRIES) throw new Error(NOWHERE);
    await setTimeout(PAUSE_MS, undefined, { signal });
  }
  return new Promise(() => undefined);
}

async function isMissing(url: URL, signal: AbortSignal): Promise<boolean> {
  try {
    // No operations, which nobody needs a permission for.
    const json = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers: json, body: '[]', signal });
    return answer.status === 404 && readProblem(answer, await answer.text()).code === undefined;
  } catch {
    return false;
  }
}
