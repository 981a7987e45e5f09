import { inquire } from '../client-inquiry.js';
import type { ClientTransport, CloseReason } from '../client-transport.js';
import type { EventSourceEvent, EventSourceLike } from '../environment.js';
import { parseRecord } from '../record.js';
import { loadStreams } from './client-stream.js';

/** The events that carry a record: messages are unnamed, control records go by their type. */
const EVENTS = ['message', 'hello', 'gap', 'heartbeat', 'bye', 'error'];

/** What an EventSource is once it has given up by itself: it did not like the answer. */
const CLOSED = 2;

/** One response that never ends (WHATWG HTML, "server-sent events"). */
export const transport: ClientTransport = {
  name: 'sse',
  holds: true,
  missing: () => null,

  open(link) {
    const { EventSource } = link.environment;
    const { headers } = link;
    let source: EventSourceLike | null = null;
    const inquiry = new AbortController();
    let hasHeard = false;
    let isOver = false;

    const close = (): void => {
      isOver = true;
      inquiry.abort();
      source?.close();
    };
    const end = (detail: string): void => {
      if (isOver) return;
      close();
      link.closed({ detail });
    };
    const refused = (): void => {
      isOver = true;
      inquire(link, { url: link.address(), headers }, 'the request was refused', inquiry);
    };
    const receive = ({ data }: EventSourceEvent): void => {
      if (isOver) return;
      // An error without data is not the gateway's. An EventSource would reconnect by itself, but only the client
      // knows the positions, and whether this transport is still the one to use.
      if (typeof data !== 'string')
        return source?.readyState === CLOSED && !hasHeard ? refused() : end('the stream ended');
      hasHeard = true;
      const record = parseRecord(data);
      if (record !== null) link.record(record);
    };
    const listen = (opened: EventSourceLike): void => {
      source = opened;
      for (const event of EVENTS) opened.addEventListener(event, receive);
    };

    if (EventSource !== undefined && !link.hasOwnHeaders) {
      const withCredentials = link.settings.credentials === 'include';
      listen(new EventSource(link.address(link.query), { withCredentials }));
    } else {
      const failed = (reason: CloseReason): void => {
        close();
        link.closed(reason);
      };
      loadStreams().then(
        (open) => isOver || listen(open(link, failed)),
        (error: unknown) => end(`the EventSource polyfill was not loaded: ${String(error)}`),
      );
    }
    return { close };
  },
};
