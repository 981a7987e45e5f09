import type { CloseReason, Link } from '../client-transport.js';
import type { EventSourceLike } from '../environment.js';
import { readProblem } from '../problem.js';

/** What the polyfill calls while a response comes in. */
type OnStart = (status: number, statusText: string, contentType: string, headers: unknown) => void;
type OnText = (text: string) => void;

// The polyfill's own watch over silence; the longest it takes. The client watches every transport alike.
const NEVER_MS = 18_000_000;

/**
 * An EventSource made of `fetch`: for places that have none, and for requests with headers. The polyfill is loaded
 * when it is first used, so that a page with an EventSource of its own does not pay for it.
 *
 * The polyfill reads the stream; the request is made here, because its own reports a status that is not 200 only on
 * the console, and takes `fetch` from the globals instead of the environment. `failed` is called when the request or
 * the stream is over, and never after `close()` of the result.
 */
export async function openStream(link: Link, failed: (reason: CloseReason) => void): Promise<EventSourceLike> {
  const { EventSourcePolyfill } = await import('event-source-polyfill');

  class Request {
    open(
      _xhr: unknown,
      start: OnStart,
      text: OnText,
      _finish: unknown,
      url: string,
      _cookies: boolean,
      headers: object,
    ) {
      const request = new AbortController();
      read(link, url, { ...headers }, request.signal, start, text).then(
        (reason) => request.signal.aborted || failed(reason),
        (error: unknown) => request.signal.aborted || failed({ detail: error instanceof Error ? error.message : '' }),
      );
      return request;
    }
  }

  return new EventSourcePolyfill(link.address(), {
    headers: { ...link.headers },
    heartbeatTimeout: NEVER_MS,
    Transport: Request,
  });
}

/** Reads a response to its end; resolves with the reason why it is over. */
async function read(
  link: Link,
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  start: OnStart,
  onText: OnText,
): Promise<CloseReason> {
  const response = await link.environment.fetch(url, { headers, signal, cache: 'no-store' });
  if (response.status !== 200) return readProblem(response.status, await response.text());
  if (!response.body) return { detail: 'this fetch cannot stream', status: response.status };
  start(200, '', 'text/event-stream', null);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (signal.aborted || done) return { detail: 'the stream ended' };
    onText(decoder.decode(value, { stream: true }));
  }
}
