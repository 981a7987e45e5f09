import { Connection, createEventBuffer } from 'better-sse';
import type { ControlRecord } from '../record.js';
import type { StreamPacket } from '../server-stream.js';
import { openStream, streamPacket } from '../server-stream.js';
import type { ServerTransport } from '../server-transport.js';
import type { WireFormat } from '../wire-format.js';

/** All of them but one: whether the connection is kept is Node's to say, which knows what the client speaks. */
const { Connection: _, ...HEADERS } = Connection.constants.RESPONSE_HEADERS;

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

/** Spaces that polyfills in old browsers ask for, which see nothing of a response before its first 2 KiB, by parameter. */
const PADDING = { padding: 2_049, evs_preamble: 2_056 };

/** What most streams begin with, by the time after which to come back: that of one gateway is always the same. */
const openings = new Map<number, StreamPacket>();

/** What a stream begins with. A session of better-sse would write the same, for a `Request` with an `AbortSignal` each. */
function opening(query: URLSearchParams, retryMs: number): StreamPacket {
  const isUsual = Object.keys(PADDING).every((name) => !query.has(name));
  const known = isUsual ? openings.get(retryMs) : undefined;
  if (known !== undefined) return known;
  const packet = makeOpening(query, retryMs);
  if (isUsual) openings.set(retryMs, packet);
  return packet;
}

function makeOpening(query: URLSearchParams, retryMs: number): StreamPacket {
  const buffer = createEventBuffer(jsonText);
  for (const [name, spaces] of Object.entries(PADDING)) {
    if (query.has(name)) buffer.comment(' '.repeat(spaces)).dispatch();
  }
  return streamPacket(buffer.retry(retryMs).dispatch().read());
}

/** Server-sent events (WHATWG HTML, section 9.2). */
export const transport: ServerTransport = {
  name: 'sse',
  carries: 'request',
  isStream: true,
  serve(exchange) {
    const { response, query, settings, flow } = exchange;
    response.writeHead(200, HEADERS);
    const stream = openStream(exchange, {
      drained: () => downlink.drained(),
      closed: () => downlink.closed(),
    });
    stream.write(opening(query, settings.retryMs));
    const downlink = flow<StreamPacket>({
      format,
      taken: stream.taken,
      write: stream.write,
      end: (bye) => stream.end(format.packet({ controls: [bye], messages: [], cursor: '' })),
    });
  },
};
