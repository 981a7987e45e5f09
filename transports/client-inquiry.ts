import type { CloseReason, Link } from './client-transport.js';
import { readProblem } from './problem.js';

/**
 * Asks `url` once more, as a plain request, why nothing came of it: a browser keeps the answer to a WebSocket's upgrade,
 * an EventSource's request and a frame's document from the page. Then closes the link with that, or else with `detail`,
 * unless the inquiry is aborted first.
 */
export function inquire(link: Link, url: string, detail: string, { signal }: AbortController): void {
  const ask = async (): Promise<CloseReason> => {
    const { environment, headers } = link;
    const response = await environment.fetch(url, { headers: { ...headers }, signal, cache: 'no-store' });
    if (response.ok) {
      void response.body?.cancel();
      return { detail };
    }
    const reason = readProblem(response, await response.text());
    // The gateway would take it: somebody on the way keeps the upgrade from it.
    return reason.code === 'UPGRADE_REQUIRED' ? { detail: 'requests get through, but no upgrade' } : reason;
  };
  const told = (reason: CloseReason): void => {
    if (!signal.aborted) link.closed(reason);
  };
  ask().then(told, () => told({ detail }));
}
