import { createEventBuffer, createSession, EventBuffer } from 'better-sse';
import type { ControlRecord } from '../record.js';
import type { ServerTransport } from '../server-transport.js';
import type { WireFormat } from '../wire-format.js';

/** Text that was encoded before, once for everybody, in the form in which better-sse writes a batch. */
class EncodedEvents extends EventBuffer {
  constructor(text: string) {
    super();
    this.read = () => text;
  }
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
  return event.data(JSON.stringify(record)).dispatch().read();
}

/** Server-sent events (WHATWG HTML, section 9.2). */
export const transport: ServerTransport = {
  name: 'sse',
  carries: 'request',
  async serve({ request, response, settings, flow }) {
    const session = await createSession(request, response, {
      keepAlive: null,
      retry: settings.retryMs,
      trustClientEventId: false,
    });
    if (response.closed) return;
    const downlink = flow<EncodedEvents>({
      format,
      write(events) {
        void session.batch(events);
        return !response.writableNeedDrain;
      },
      end(bye) {
        void session.batch(format.packet({ controls: [bye], messages: [], cursor: '' }));
        response.end();
      },
    });
    response.on('drain', () => downlink.drained());
    response.once('close', () => downlink.closed());
  },
};
