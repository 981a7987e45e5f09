import type { ServerResponse } from 'node:http';
import type { Flow, RequestExchange, Sink } from '../transports/server-transport.js';

const OVER: Flow = { drained: () => undefined, closed: () => undefined, flush: () => undefined };

/**
 * The flow for a HEAD request, to which a half answers as to GET: so it refuses the same, and its head is the same (RFC
 * 9110, section 9.3.2). Node leaves out the body. A stream is over as soon as it would begin; an answer of one packet
 * is given what there is, without a wait.
 */
export function flowOfHead<Packet>(
  sink: Sink<Packet>,
  response: ServerResponse,
  once: RequestExchange['once'],
  failed: (error: unknown) => void,
): Flow {
  const answer = async () => {
    if (sink.single === true) sink.write(await once(sink.format));
    else response.end();
  };
  // The half is not done with opening yet.
  queueMicrotask(() => void answer().catch(failed));
  return OVER;
}
