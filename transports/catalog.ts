/**
 * The transports, best first: the order in which a client tries them. Each name is a folder beside this file whose
 * `server.ts` exports the server half and whose `client.ts` exports the client half, both as `transport`. The gateway,
 * the client, the conformance suite, the benchmark and the demo take the list from here.
 *
 * An iframe comes after long-polling although it is quicker, because browsers show a page that loads for ever.
 */
export const catalog: readonly string[] = [
  'websocket', // RFC 6455
  'sse', // WHATWG HTML, server-sent events
  'long-polling', // RFC 6202
  'iframe', // a document that never ends
  'polling', // plain HTTP
];
