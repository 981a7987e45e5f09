import type { ServerResponse } from 'node:http';
import { Connection, createEventBuffer, createSession, EventBuffer } from 'better-sse';
import type { ControlRecord } from '../record.js';
import { takenOf } from '../server-socket.js';
import type { ServerTransport } from '../server-transport.js';
import type { WireFormat } from '../wire-format.js';

/** Text that was encoded before, once for everybody, in the form in which better-sse writes a batch. */
class EncodedEvents extends EventBuffer {
  constructor(text: string) {
    super();
    this.read = () => text;
  }
}

/** All of them but one: whether the connection is kept is Node's to say, which knows what the client speaks. */
const { Connection: _, ...HEADERS } = Connection.constants.RESPONSE_HEADERS;

/** The answer alone. What better-sse makes of a whole request is a URL, from a Host header that may be anything. */
class Answer extends Connection {
  readonly url: URL;
  readonly request: Request;
  readonly response = new Response();

  constructor(
    query: URLSearchParams,
    private readonly to: ServerResponse,
  ) {
    super();
    this.url = new URL(`http://localhost/?${query}`);
    this.request = new Request(this.url);
  }

  sendHead(): void {
    this.to.writeHead(200, HEADERS);
  }

  sendChunk(chunk: string): void {
    this.to.write(chunk);
  }

  cleanup(): void {}
}

// Records are JSON already, and JSON text has no line breaks that could end a field.
const jsonText = { serializer: String };

const format: WireFormat<EncodedEvents> = {
  name: 'sse',
  message: ({ id, json }) => createEventBuffer(jsonText).id(id).data(json).dispatch().read(),
  packet: ({ controls, messages }) => new EncodedEvents(controls.map(controlEvent).join('') + messages.join('')),
};

/** A control record is an event named after its type. */
function controlEvent(record: ControlRecord): string {
  const event = createEventBuffer(jsonText).event(record.type);
  // With the hello's id, an EventSource that is cut off before the first message resumes from where it started.
  if (record.type === 'hello') event.id(record.cursor);
  if (record.type === 'heartbeat' && record.cursor !== undefined) event.id(record.cursor);
  event.data(JSON.stringify(record));
  // An EventSource without a client around it comes back by itself: then in its own time, and not all after the same one.
  if (record.type === 'bye' && record.retryMs !== undefined) event.retry(record.retryMs);
  return event.dispatch().read();
}

/** Server-sent events (WHATWG HTML, section 9.2). */
export const transport: ServerTransport = {
  name: 'sse',
  carries: 'request',
  async serve({ request, response, query, settings, flow }) {
    const session = await createSession(new Answer(query, response), {
      keepAlive: null,
      retry: settings.retryMs,
      trustClientEventId: false,
    });
    if (response.closed) return;
    const downlink = flow<EncodedEvents>({
      format,
      taken: () => takenOf(request.socket),
      write(events) {
        void session.batch(events);
        return !response.writableNeedDrain;
      },
      end(bye) {
        // Who does not read would keep the socket, and what is left in it, for as long as it likes.
        if (response.writableNeedDrain) {
          response.destroy();
          return;
        }
        void session.batch(format.packet({ controls: [bye], messages: [], cursor: '' }));
        response.end();
      },
    });
    response.on('drain', () => downlink.drained());
    response.once('close', () => downlink.closed());
  },
};
