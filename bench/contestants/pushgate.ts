import { createServer, type Server } from 'node:http';
import type { Gateway } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import type { Contestant, OpenCaller, Read, Served, ServerSetting, Site } from '../contestant.js';
import type { Technique } from '../result.js';
import { postCaller, webSocketCaller } from '../wire/callers.js';
import type { Answer } from '../wire/keep-alive.js';
import { pollReader } from '../wire/polls.js';
import { streamReader, webSocketReader } from '../wire/streams.js';
import { end, host } from './host.js';
import { iframeReader } from './iframe-reader.js';
import { packageVersion } from './packages.js';

/** Keeps what it is told to keep, in bytes as well, whatever the size of the messages. */
const KEPT_BYTES = 512 * 1024 * 1024;

/** The real gateway as it is embedded, with everything on: cursors, retention, back-pressure, limits and metrics. */
async function serve({ port, keep, settings: { express = 0, beside = 0 } }: ServerSetting): Promise<Served> {
  const { createGateway } = await import('../../server/index.js');
  const gateway = createGateway({
    retention: { count: keep, bytes: KEPT_BYTES, totalBytes: KEPT_BYTES },
    // High enough for the lab, which comes from one address; what they cost is the counting.
    limits: { connectionsPerAddress: 100_000, publishesPerSecond: 1_000_000 },
    // The gateway's default, said here because the lab stops a gateway that has clients.
    drainMs: 2_000,
  });
  gateway.handle('echo', (params) => params);
  const server = express > 0 ? await inExpress(gateway, express > 1) : createServer();
  gateway.attach(server, { requests: express === 0 });
  // Somebody else who listens to the server: what that one is to hear of is left to Node.
  if (beside > 0) server.on('request', () => undefined).on('upgrade', () => undefined);
  await gateway.ready();
  return {
    port: await host(server, port),
    publish: (channel, text) => void gateway.publish(channel, text),
    stop: () => end(server),
  };
}

/**
 * The simple way to mount it, by which nothing of a connection is known from one request to the next; and behind middleware that
 * stands before what is written, as those do that compress or count, so that it goes Node's own way.
 */
async function inExpress(gateway: Gateway, isBehindMiddleware: boolean): Promise<Server> {
  const { default: express } = await import('express');
  const app = express();
  if (isBehindMiddleware) {
    app.use((_request, response, next) => {
      response.write = response.write.bind(response);
      next();
    });
  }
  return createServer(app.use('/push', gateway.handler));
}

const HELLO = '"type":"hello"';

function address(transport: string, { channel, since: first }: Site, since: string = first): string {
  return `/push/${transport}?channel=${channel}&since=${since}`;
}

/** Goes on from the cursor of the answer before, which stands ahead of the messages. */
function nextPoll(transport: string, site: Site, last: Answer | null): string {
  if (last === null) return `${address(transport, site)}&hello=1`;
  const text = last.body.toString('latin1', 0, 2_048);
  const before = text.slice(0, text.indexOf('"messages":['));
  const from = before.lastIndexOf('"cursor":"') + '"cursor":"'.length;
  return `/push/${transport}?channel=${site.channel}&since=${before.slice(from, before.indexOf('"', from))}`;
}

const MORE = '"more":true}';

function polls(transport: string, waits: boolean): Read {
  return pollReader({
    next: (site, last) => ({ target: nextPoll(transport, site, last) }),
    waits,
    more: ({ body }) => body.toString('latin1', Math.max(0, body.length - MORE.length)) === MORE,
  });
}

function stream(transport: string): Read {
  return streamReader({ target: (site) => address(transport, site), readyText: HELLO });
}

/** How each transport's wire is read. One that is not known here is taken for a response that never ends. */
const READERS: Readonly<Record<string, { readonly technique: Technique; readonly read: Read }>> = {
  websocket: {
    technique: 'websocket',
    read: webSocketReader({ target: (site) => address('websocket', site), readyText: HELLO }),
  },
  sse: { technique: 'sse', read: stream('sse') },
  iframe: { technique: 'iframe', read: iframeReader((site, since) => address('iframe', site, since), HELLO) },
  'long-polling': { technique: 'long-polling', read: polls('long-polling', true) },
  polling: { technique: 'polling', read: polls('polling', false) },
};

/** Over HTTP there is one way up for all transports. */
const overPost: OpenCaller = postCaller({
  target: '/push/uplink',
  headers: ['Content-Type: application/json'],
  wrap: (text) => JSON.stringify({ type: 'call', method: 'echo', params: text }),
  unwrap: (body) => resultOf(body) ?? '',
});

const overWebSocket: OpenCaller = webSocketCaller({
  target: () => '/push/websocket',
  isReady: (message) => message.includes(HELLO),
  wrap: (text) => JSON.stringify({ type: 'call', method: 'echo', params: text }),
  unwrap: resultOf,
});

function resultOf(text: string): string | null {
  const answer: unknown = JSON.parse(text.split('\n')[0] ?? '');
  const record: { readonly type?: string; readonly result?: string } = Array.isArray(answer) ? answer[0] : answer;
  return record.type === 'reply' ? (record.result ?? '') : null;
}

const CALLERS: Readonly<Record<string, OpenCaller>> = { websocket: overWebSocket, sse: overPost };

/** Every transport of the catalog. */
export const pushgate: readonly Contestant[] = catalog.map((transport) => {
  const { technique, read } = READERS[transport] ?? { technique: 'sse', read: stream(transport) };
  const call = CALLERS[transport];
  return {
    name: `pushgate ${transport}`,
    kind: 'pushgate',
    technique,
    versions: () => ({ pushgate: packageVersion('pushgate') ?? 'of this repository' }),
    missing: () => null,
    // The upgrade of a WebSocket never comes to an Express app.
    further: technique === 'websocket' ? [] : ['express', 'beside'],
    remembers: true,
    serve,
    read,
    ...(call === undefined ? {} : { call }),
  };
});
