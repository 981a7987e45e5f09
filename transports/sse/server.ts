import type { ServerResponse } from 'node:http';
import { Connection, createEventBuffer, createSession } from 'better-sse';
import type { ControlRecord } from '../record.js';
import type { StreamPacket } from '../server-stream.js';
import { openStream, streamPacket } from '../server-stream.js';
import type { ServerTransport } from '../server-transport.js';
import type { WireFormat } from '../wire-format.js';

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

const format: WireFormat<StreamPacket> = {
  name: 'sse',
  message: ({ id, json }) => createEventBuffer(jsonText).id(id).data(json).dispatch().read(),
  packet: ({ controls, messages }) => streamPacket(controls.map(controlEvent).join('') + messages.join('')),
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
  isStream: true,
  async serve(exchange) {
    const { response, query, settings, flow } = exchange;
    await createSession(new Answer(query, response), {
      keepAlive: null,
      retry: settings.retryMs,
      trustClientEventId: false,
    });
    if (response.closed) return;
    const stream = openStream(exchange, {
      drained: () => downlink.drained(),
      closed: () => downlink.closed(),
    });
    const downlink = flow<StreamPacket>({
      format,
      taken: stream.taken,
      write: stream.write,
      end: (bye) => stream.end(format.packet({ controls: [bye], messages: [], cursor: '' })),
    });
  },
};
