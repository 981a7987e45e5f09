import type { ClientTransport, CloseReason } from '../client-transport.js';
import type { EventSourceEvent, EventSourceLike } from '../environment.js';
import { parseRecord } from '../record.js';
import { loadStreams } from './client-stream.js';

/** The events that carry a record: messages are unnamed, control records go by their type. */
const EVENTS = ['message', 'hello', 'gap', 'heartbeat', 'bye', 'error'];

/** One response that never ends (WHATWG HTML, "server-sent events"). */
export const transport: ClientTransport = {
  name: 'sse',
  missing: () => null,

  open(link) {
    const { EventSource } = link.environment;
    let source: EventSourceLike | null = null;
    let isOver = false;

    const close = (): void => {
      isOver = true;
      source?.close();
    };
    const end = (detail: string): void => {
      if (isOver) return;
      close();
      link.closed({ detail });
    };
    const receive = ({ data }: EventSourceEvent): void => {
      if (isOver) return;
      // An error without data is not the gateway's. An EventSource would reconnect by itself, but only the client
      // knows the positions, and whether this transport is still the one to use.
      if (typeof data !== 'string') return end('the stream ended');
      const record = parseRecord(data);
      if (record !== null) link.record(record);
    };
    const listen = (opened: EventSourceLike): void => {
      source = opened;
      for (const event of EVENTS) opened.addEventListener(event, receive);
    };

    if (EventSource !== undefined && Object.keys(link.headers).length === 0) {
      listen(new EventSource(link.address()));
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
