import type { CloseReason, Link } from './client-transport.js';
import { readProblem } from './problem.js';

/** What to ask, with the headers as they were when the first request was made: the answer is about the token that it sent. */
export interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Makes a request once more, as a plain one, to learn why nothing came of it: a browser keeps the answer to a WebSocket's
 * upgrade, an EventSource's request and a frame's document from the page. Then closes the link with that, or else with
 * `detail`, unless the inquiry is aborted first.
 */
export function inquire(link: Link, { url, headers }: Asked, detail: string, { signal }: AbortController): void {
  const ask = async (): Promise<CloseReason> => {
    const { credentials } = link.settings;
    const init = { headers: { ...headers }, signal, credentials, cache: 'no-store' } as const;
    const response = await link.environment.fetch(url, init);
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
