import type { CloseReason, Link } from '../client-transport.js';
import type { EventSourceLike } from '../environment.js';
import { readProblem } from '../problem.js';
import { reasonText } from '../reason-text.js';

/** What the polyfill calls while a response comes in. */
type OnStart = (status: number, statusText: string, contentType: string, headers: unknown) => void;
type OnText = (text: string) => void;

// The polyfill's own watch over silence; the longest it takes. The client watches every transport alike.
const NEVER_MS = 18_000_000;

/** Opens a stream. `failed` is called when the request or the stream is over, and never after `close()` of the result. */
type OpenStream = (link: Link, failed: (reason: CloseReason) => void) => EventSourceLike;

/**
 * An EventSource made of `fetch`: for places that have none, and for requests with headers. The polyfill is loaded
 * when it is first used, so that a page with an EventSource of its own does not pay for it.
 *
 * The polyfill reads the stream; the request is made here, because its own reports a status that is not 200 only on
 * the console, and takes `fetch` from the globals instead of the environment.
 */
export async function loadStreams(): Promise<OpenStream> {
  const { EventSourcePolyfill } = await import('event-source-polyfill');

  return (link, failed) => {
    class Request {
      open(
        _xhr: unknown,
        start: OnStart,
        text: OnText,
        _finish: unknown,
        url: string,
        _cookies: boolean,
        headers: object,
      ): AbortController {
        const request = new AbortController();
        const over = (reason: CloseReason): void => {
          if (!request.signal.aborted) failed(reason);
        };
        read(link, url, { ...headers }, request.signal, start, text).then(over, (error: unknown) =>
          over({ detail: reasonText(error) }),
        );
        return request;
      }
    }
    const headers = { ...link.headers };
    return new EventSourcePolyfill(link.address(), { headers, heartbeatTimeout: NEVER_MS, Transport: Request });
  };
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
  const { credentials } = link.settings;
  const response = await link.environment.fetch(url, { headers, signal, credentials, cache: 'no-store' });
  if (response.status !== 200) return readProblem(response, await response.text());
  if (!response.body) return { detail: 'this fetch cannot stream', status: response.status };
  start(200, '', 'text/event-stream', null);
  await link.read(response.body, onText);
  return { detail: 'the stream ended' };
}
