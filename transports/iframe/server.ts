import { PushError } from '../error.js';
import type { Bye } from '../record.js';
import type { StreamPacket } from '../server-stream.js';
import { openStream, streamPacket } from '../server-stream.js';
import type { ServerTransport } from '../server-transport.js';
import type { WireFormat } from '../wire-format.js';

// Without the charset and a first KiB, Firefox holds the document for 3 s and WebKit for 1.6 s.
const PADDING = `<!--${'.'.repeat(1024)}-->`;

const RENEW: Bye = { type: 'bye', reason: 'renew', retryMs: 0 };

/** What would end the string, the script or the line that a record stands in. */
const UNSAFE = /[\\'<\u2028\u2029]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '<': '\\x3c',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** A web origin in its one form (RFC 6454, section 6.1): it goes into a header and a script, so nothing else may pass. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/** A script that hands one record, as JSON text, to the page around the frame. */
function script(json: string): string {
  return `<script>push('${json.replace(UNSAFE, (character) => ESCAPES[character] ?? '')}')</script>\n`;
}

const format: WireFormat<StreamPacket> = {
  name: 'iframe',
  message: ({ json }) => script(json),
  packet: ({ controls, messages }) =>
    streamPacket(controls.map((record) => script(JSON.stringify(record))).join('') + messages.join('')),
};

/** The document's beginning. Each script removes itself, so that the document does not grow with the messages. */
function opening(origin: string | null): string {
  const target = origin === null ? 'location.origin' : JSON.stringify(origin).replaceAll('<', '\\x3c');
  return `<!doctype html><meta charset="utf-8"><title>Pushgate</title>${PADDING}
<script>function push(record){parent.postMessage(record,${target});document.currentScript.remove()}</script>
`;
}

/** Most ask for no other origin than the gateway's own. */
const OPENING = streamPacket(opening(null));

/** An HTML document that never ends ("forever frame"); each record is a script in it. */
export const transport: ServerTransport = {
  name: 'iframe',
  carries: 'request',
  isStream: true,
  serve(exchange) {
    const { response, query, settings, flow, allows } = exchange;
    const origin = query.get('origin');
    if (origin !== null && !(ORIGIN.test(origin) && allows(origin))) {
      throw new PushError(
        'ORIGIN_FORBIDDEN',
        `Pages of ${origin} may not read here; add it by name to the gateway's origins.`,
      );
    }
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
      'Content-Security-Policy': `default-src 'none'; script-src 'unsafe-inline'; frame-ancestors ${origin ?? "'self'"}`,
    });
    const stream = openStream(exchange, {
      drained: () => renew() || downlink.drained(),
      closed: () => downlink.closed(),
    });
    let written = 0;
    const put = (packet: StreamPacket) => {
      written += packet.body.length;
      return stream.write(packet);
    };
    const end = (bye: Bye) => stream.end(format.packet({ controls: [bye], messages: [], cursor: '' }));
    // Only when there is room, so that the bye gets through: who takes nothing is not renewed but closed, in its time.
    const renew = () => {
      if (written < settings.renewBytes) return false;
      end(RENEW);
      downlink.closed();
      return true;
    };
    put(origin === null ? OPENING : streamPacket(opening(origin)));
    const downlink = flow<StreamPacket>({
      format,
      write: (packet) => put(packet) && !renew(),
      end,
      taken: stream.taken,
    });
  },
};
